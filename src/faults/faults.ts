import { StateError } from '../network/errors.ts'
import type { Node } from '../network/node.ts'
import type { Manifest } from '../plan/manifest.ts'
import { edgesCutBy, effectiveLinks, isBetween } from './effective-links.ts'
import { FaultError } from './errors.ts'
import { type Fault, type FaultSpec, isLinkFault } from './fault.ts'
import type { FaultTarget } from './fault-target.ts'
import { LinkReconciler } from './link-reconciler.ts'
import { setMisconduct } from './misbehaviour/set-misconduct.ts'
import { observeLinks, type WantedConnection } from './observe-links.ts'

/** Faults that may be in force at once. */
const faultsMax = 256

export interface FaultCallOptions {
  readonly signal?: AbortSignal | undefined
}

/** A fault in force: disposal, or `end`, ends this one and no other. */
export interface FaultHandle extends AsyncDisposable {
  readonly fault: Fault
  /**
   * Resolves when the end was observed; at once when it has ended already, or its network was stopped.
   *
   * @throws {FaultError} when it is not observed in time; it has ended all the same
   */
  end(options?: FaultCallOptions): Promise<void>
}

/**
 * The faults of a network: the list of those in force is all that is wanted, and links and clocks are brought
 * to it whenever it changes, or a node joins. Calls resolve when the nodes' own APIs show the effect.
 */
export class Faults {
  readonly #target: FaultTarget
  readonly #links: LinkReconciler
  readonly #inForce = new Map<string, Fault>()
  readonly #counts = new Map<string, number>()
  readonly #closing = new AbortController()

  constructor(target: FaultTarget) {
    this.#target = target
    this.#links = new LinkReconciler((edge, layer, state) => target.setLink(edge, layer, state))
  }

  /** In the order in which they began. */
  get inForce(): readonly Fault[] {
    return [...this.#inForce.values()]
  }

  /**
   * Puts a fault in force and resolves when it was observed. When that fails it is taken back.
   *
   * @throws {FaultError}
   */
  async begin(spec: FaultSpec, { signal }: FaultCallOptions = {}): Promise<FaultHandle> {
    const whole = this.#signal(signal)
    whole.throwIfAborted()
    if (losesOverSockets(spec, this.#target.manifest)) {
      await this.#target.prepareLoss()
      whole.throwIfAborted()
    }
    const fault = this.#add(spec)
    try {
      await this.#apply([fault])
      await this.#observe(fault, whole)
      whole.throwIfAborted()
    } catch (error) {
      await this.#takeBack(fault)
      throw error
    }
    if (this.#isInForce(fault)) return this.#handleOf(fault)
    throw new FaultError({
      code: 'fault-ended',
      problem: `The fault ${fault.id} was ended before it had been observed.`,
      details: ['Another call has healed it, or its node was removed.'],
      facts: { fault },
    })
  }

  /** Ends faults, but for nodes that do not run, and resolves when that was observed. Those that have ended are no matter. */
  async end(faults: readonly Fault[], { signal }: FaultCallOptions = {}): Promise<void> {
    if (this.#isClosed) return
    for (const fault of faults) this.#remove(fault)
    await this.#apply(faults)
    const missing = await this.#observeHealed(faults, signal)
    if (missing.length === 0) return
    throw new FaultError({
      code: 'fault-not-observed',
      problem: `The links were healed, but not all are connected again: ${missing.length} are missing.`,
      details: [
        ...missing.slice(0, 20),
        'Clients that have dialled in vain wait longer each time: wait, or restart them.',
      ],
      facts: { faults, missing },
    })
  }

  /**
   * Ends all faults but those of nodes that do not run, or one fault of any kind by its id: a killed node is
   * started, a paused one resumed. Nothing happens when there is none.
   *
   * @throws {FaultError} for an id that no fault in force has, and when the end is not observed in time.
   */
  async heal({
    fault: id,
    signal,
  }: FaultCallOptions & { readonly fault?: string | undefined } = {}): Promise<void> {
    if (id === undefined) return this.end(this.inForce.filter(isEndedByHeal), { signal })
    const fault = this.#inForce.get(id)
    if (fault === undefined) throw unknownFault(id, [...this.#inForce.keys()])
    if (fault.kind !== 'kill' && fault.kind !== 'pause') return this.end([fault], { signal })
    const node = this.#target.nodes.find(({ name }) => name === fault.parameters.node)
    await (fault.kind === 'kill' ? node?.start({ signal }) : node?.resume())
  }

  /** Puts the faults in force on nodes and edges that were added, and forgets those of a node that is gone. */
  async onNodesChanged(): Promise<void> {
    const names = new Set(this.#target.manifest.nodes.map(({ name }) => name))
    for (const fault of this.inForce)
      if (!nodesNeededBy(fault).every((name) => names.has(name))) this.#remove(fault)
    await this.#reconcileLinks()
  }

  /** A node that is killed or paused is a fault until it runs again. */
  onNodeState(node: Node): void {
    const { name, state } = node
    this.#keepNodeFault('pause', name, state === 'paused')
    this.#keepNodeFault('kill', name, node.isKilled)
  }

  /** The network ends, and all faults with it. What is still waited for is given up. */
  close(): void {
    if (this.#isClosed) return
    for (const fault of this.inForce) this.#remove(fault)
    this.#closing.abort(
      new StateError('The network was stopped: it has no faults any more.', 'Start it again.'),
    )
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
  }

  #keepNodeFault(kind: 'kill' | 'pause', node: string, isWanted: boolean): void {
    const found = this.inForce.find((fault) => fault.kind === kind && fault.parameters.node === node)
    if (found === undefined && isWanted && !this.#isClosed) this.#add({ kind, parameters: { node } })
    if (found !== undefined && !isWanted) this.#remove(found)
  }

  #add(spec: FaultSpec): Fault {
    if (this.#inForce.size >= faultsMax) throw tooMany()
    const count = (this.#counts.get(spec.kind) ?? 0) + 1
    this.#counts.set(spec.kind, count)
    const fault: Fault = { ...spec, id: `${spec.kind}-${count}`, sinceMs: this.#target.clock.nowMs }
    this.#inForce.set(fault.id, fault)
    this.#target.onFault('begin', fault)
    return fault
  }

  #remove(fault: Fault): void {
    if (this.#inForce.delete(fault.id)) this.#target.onFault('end', fault)
  }

  #isInForce({ id }: Fault): boolean {
    return this.#inForce.has(id)
  }

  /** Brings what some faults are about to what all faults in force want of it. */
  async #apply(faults: readonly Fault[]): Promise<void> {
    if (this.#isClosed) return
    if (faults.some(isLinkFault)) await this.#reconcileLinks()
    const skewed = faults.flatMap((fault) => (fault.kind === 'skew' ? [fault.parameters.node] : []))
    for (const node of new Set(skewed)) await this.#setClock(node)
    for (const fault of faults) await setMisconduct(this.#target, fault, this.#isInForce(fault))
  }

  #reconcileLinks(): Promise<void> {
    return this.#links.reconcile(() => effectiveLinks(this.#target.manifest.edges, this.inForce))
  }

  /** Several skews of one clock add up. */
  async #setClock(node: string): Promise<void> {
    const skews = this.inForce.map((fault) =>
      fault.kind === 'skew' && fault.parameters.node === node ? fault.parameters.skewMs : 0,
    )
    const isThere = this.#target.manifest.nodes.some(({ name }) => name === node)
    if (isThere)
      await this.#target.setClockSkew(
        node,
        skews.reduce((sum, skewMs) => sum + skewMs, 0),
      )
  }

  async #observe(fault: Fault, signal: AbortSignal | undefined): Promise<void> {
    const missing = await observeLinks(this.#target, () => this.#wantedDuring(fault), signal)
    if (missing.length === 0) return
    throw new FaultError({
      code: 'fault-not-observed',
      problem: `The fault ${fault.id} was put in force, but not all of it was observed: ${missing.length} links.`,
      details: [...missing.slice(0, 20), 'It was taken back.'],
      facts: { fault, missing },
    })
  }

  /** What is missing after these faults have ended; nothing once the network ends. */
  async #observeHealed(
    faults: readonly Fault[],
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]> {
    try {
      return await observeLinks(this.#target, () => this.#wantedAfter(faults), this.#signal(signal))
    } catch (error) {
      if (this.#isClosed) return []
      throw error
    }
  }

  /** While a fault is in force, what it cuts is gone. */
  #wantedDuring(fault: Fault): WantedConnection[] {
    if (!this.#isInForce(fault)) return []
    return edgesCutBy(fault, this.#target.manifest.edges).map((cut) => ({ ...cut, isUp: false }))
  }

  /** After faults have ended, what they cut is back, unless other faults cut it as well. */
  #wantedAfter(faults: readonly Fault[]): WantedConnection[] {
    if (this.#isClosed) return []
    const { edges } = this.#target.manifest
    const up = effectiveLinks(edges, this.inForce).filter(({ state }) => state.isUp)
    const cuts = faults.flatMap((fault) => edgesCutBy(fault, edges))
    return up
      .filter(({ edge, layer }) => cuts.some((cut) => cut.layer === layer && isBetween(cut.edge, edge)))
      .map(({ edge, layer }) => ({ edge, layer, isUp: true }))
  }

  /** Whatever has gone wrong, nothing stays cut; why it went wrong is what the caller hears. */
  async #takeBack(fault: Fault): Promise<void> {
    this.#remove(fault)
    await this.#apply([fault]).catch(() => {})
  }

  #handleOf(fault: Fault): FaultHandle {
    const end = (options?: FaultCallOptions) =>
      this.#isInForce(fault) ? this.end([fault], options) : Promise.resolve()
    return { fault, end, [Symbol.asyncDispose]: () => end() }
  }
}

function losesOverSockets(spec: FaultSpec, { edges }: Manifest): boolean {
  if (spec.kind !== 'shape' || spec.parameters.lossPercent === 0) return false
  const { layers } = spec.parameters
  return edges.some(
    (edge) => isBetween(edge, spec.parameters) && layers.some((layer) => edge.links[layer] === 'sockets'),
  )
}

/** A node that was killed or frozen is brought back by its own methods. */
function isEndedByHeal({ kind }: Fault): boolean {
  return kind !== 'kill' && kind !== 'pause'
}

/** Nodes without which a fault has no meaning. */
function nodesNeededBy(fault: Fault): string[] {
  switch (fault.kind) {
    case 'partition':
    case 'misbehaviour':
      return []
    case 'bridge':
      return [fault.parameters.via]
    case 'cut':
    case 'shape':
      return [fault.parameters.a, fault.parameters.b]
    default:
      return [fault.parameters.node]
  }
}

function tooMany(): FaultError {
  return new FaultError({
    code: 'fault-invalid',
    problem: `There are ${faultsMax} faults in force already.`,
    details: ['Heal some of them first.'],
  })
}

function unknownFault(id: string, known: readonly string[]): FaultError {
  return new FaultError({
    code: 'fault-invalid',
    problem: `There is no fault ${JSON.stringify(id)} in force.`,
    details: [`In force: ${known.join(', ') || 'none'}`],
    facts: { id, known },
  })
}
