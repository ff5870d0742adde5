import type { EngineFault } from '../../embedded/engine/engine-fault.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { checkedNode } from '../checked-groups.ts'
import { FaultError } from '../errors.ts'
import { checkedEngineFault } from './checked-misconduct.ts'
import { type MisbehaveOptions, nodeOrders } from './misbehave-options.ts'
import type { MisconductTarget } from './misconduct-target.ts'

/** Misbehaviours that may be in force at once. */
const inForceMax = 1_000

/** A misbehaviour in force: disposal, or `end`, ends it. */
export interface MisconductHandle extends AsyncDisposable {
  readonly id: string
  end(): Promise<void>
}

/** What is in force. */
export interface MisconductInForce {
  /** Unique in the life of the network's process. */
  readonly id: string
  readonly kind: 'misbehaviour' | 'engine'
  /** What it was asked for with. */
  readonly parameters: Readonly<Record<string, unknown>>
}

interface InForce extends MisconductInForce {
  readonly takeBack: () => Promise<void>
}

/** Validators and execution clients of a network that misbehave because they were told to. */
export class Misconduct {
  readonly #target: MisconductTarget
  readonly #inForce = new Map<string, InForce>()
  #count = 0

  constructor(target: MisconductTarget) {
    this.#target = target
  }

  /** @throws {OptionError} @throws {UnknownNodeError} @throws {FaultError} */
  async misbehave(options: MisbehaveOptions): Promise<MisconductHandle> {
    const orders = nodeOrders(this.#target.manifest, options)
    const id = this.#nextId('misbehaviour')
    const takeBack = async () => {
      await Promise.all(
        orders.map(({ node }) => this.#clear(node, () => this.#target.setMisbehaviour(node, id, undefined))),
      )
    }
    const begin = async () => {
      for (const { node, order } of orders) await this.#target.setMisbehaviour(node, id, order)
    }
    const validators = orders.flatMap(({ order }) => order.validatorIndices)
    const parameters = {
      ...orders[0]?.order.deed,
      nodes: orders.map(({ node }) => node),
      from: options.from,
      until: options.until,
    }
    return this.#begin({ id, kind: 'misbehaviour', parameters, takeBack }, begin, validators)
  }

  /** @throws {OptionError} @throws {UnknownNodeError} @throws {FaultError} */
  async engineFault(node: string, given: EngineFault): Promise<MisconductHandle> {
    const { manifest } = this.#target
    checkedNode(node, manifest)
    const fault = checkedEngineFault(given)
    refuseInVirtualTime(manifest, fault)
    const id = this.#nextId('engine')
    const takeBack = () => this.#clear(node, () => this.#target.setEngineFault(node, id, undefined))
    const begin = () => this.#target.setEngineFault(node, id, fault)
    const own = manifest.nodes.find(({ name }) => name === node)?.validators ?? { first: 0, count: 0 }
    const validators = Array.from({ length: own.count }, (_, offset) => own.first + offset)
    const parameters = { node, ...fault }
    return this.#begin({ id, kind: 'engine', parameters, takeBack }, begin, validators)
  }

  /** In the order in which they began. */
  get inForce(): readonly MisconductInForce[] {
    return [...this.#inForce.values()]
  }

  /**
   * Ends one, or all of them.
   *
   * @returns the ids of those that were ended
   * @throws {FaultError} for an id that none has
   */
  async behave({ id }: { readonly id?: string | undefined } = {}): Promise<readonly string[]> {
    const ended = [...this.#inForce.values()].filter((one) => id === undefined || one.id === id)
    if (id !== undefined && ended.length === 0) throw unknownId(id, [...this.#inForce.keys()])
    for (const one of ended) await this.#end(one)
    return ended.map((one) => one.id)
  }

  /** The network ends, and with it everybody who misbehaves. */
  close(): void {
    for (const one of [...this.#inForce.values()]) this.#forget(one)
  }

  async #begin(
    one: InForce,
    begin: () => Promise<void>,
    validators: readonly number[],
  ): Promise<MisconductHandle> {
    this.#inForce.set(one.id, one)
    try {
      await begin()
    } catch (error) {
      this.#inForce.delete(one.id)
      await one.takeBack().catch(() => {})
      throw error
    }
    const { id, kind, parameters } = one
    const timeMs = this.#target.clock.nowMs
    this.#target.record({ type: 'fault', timeMs, phase: 'begin', id, kind, parameters, validators })
    const end = () => this.#end(one)
    return { id, end, [Symbol.asyncDispose]: end }
  }

  async #end(one: InForce): Promise<void> {
    if (!this.#inForce.has(one.id)) return
    this.#forget(one)
    await one.takeBack()
  }

  #forget({ id, kind }: InForce): void {
    if (!this.#inForce.delete(id)) return
    const timeMs = this.#target.clock.nowMs
    this.#target.record({ type: 'fault', timeMs, phase: 'end', id, kind, parameters: {} })
  }

  /** A node that was removed meanwhile has nothing to take back. */
  async #clear(node: string, takeBack: () => Promise<void>): Promise<void> {
    if (this.#target.manifest.nodes.some(({ name }) => name === node)) await takeBack()
  }

  #nextId(kind: string): string {
    if (this.#inForce.size >= inForceMax) {
      throw new FaultError({
        code: 'fault-invalid',
        problem: `There are ${inForceMax} misbehaviours in force already.`,
        details: ['End some of them first.'],
      })
    }
    this.#count += 1
    return `${kind}-${this.#count}`
  }
}

function unknownId(id: string, known: readonly string[]): FaultError {
  return new FaultError({
    code: 'fault-invalid',
    problem: `Nothing of the id ${JSON.stringify(id)} is in force.`,
    details: [`In force: ${known.join(', ') || 'nothing'}`],
    facts: { id, known },
  })
}

/** Virtual time stands still while a node waits for its execution client: no answer is late there. */
function refuseInVirtualTime({ time }: Manifest, { kind }: EngineFault): void {
  if (time === 'real' || kind !== 'slow') return
  throw new FaultError({
    code: 'fault-unsupported',
    problem: 'In virtual time no execution client is slow: time stands still while a node waits for it.',
    details: ['Run the network in real time, or use `silent`, which is noticed at once.'],
  })
}
