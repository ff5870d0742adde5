import { messageOf } from '../../../errors.ts'
import { type LinkAddresses, type Loss, lossRules } from './loss-rules.ts'
import { LossyNamespace } from './lossy-namespace.ts'
import { findNamespaceTools, type NamespaceTools, unsupported } from './namespace-tools.ts'
import type { Wire } from './wire.ts'

/** Each has two addresses, 127.1.x.y and 127.2.x.y. */
const linksMax = 65_536
const noLoss: Loss = { forward: 0, backward: 0 }
/** Nothing has these addresses: whether the kernel takes such rules is found out with them. */
const probe = { a: '127.3.0.0', b: '127.4.0.0', loss: { forward: 50, backward: 100 } }

/**
 * Ways over which packets get lost, for all links of a network over sockets: TCP connections through the
 * loopback of one network namespace, where the kernel drops packets at random, and TCP's answer to that is its
 * own. Nothing is there until it is first asked for.
 *
 * Should the namespace's process end, its connections are reset, and the next one is made in a new namespace
 * under the same rules.
 */
export class LossyWires implements AsyncDisposable {
  readonly #findTools: () => Promise<NamespaceTools>
  readonly #links = new Map<number, LossyLink>()
  #namespace: Promise<LossyNamespace> | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(findTools: () => Promise<NamespaceTools> = findNamespaceTools) {
    this.#findTools = findTools
  }

  /**
   * Makes ready for the first loss.
   *
   * @throws {FaultError} `fault-unsupported` when this machine cannot do it
   */
  async prepare(): Promise<void> {
    await this.namespace()
  }

  /** A link that loses nothing yet. */
  link(): LossyLink {
    let index = 0
    while (this.#links.has(index)) index += 1
    if (index >= linksMax) throw unsupported(`${linksMax} links have been made worse already`, [])
    const address = `${index >> 8}.${index & 255}`
    const link = new LossyLink({ a: `127.1.${address}`, b: `127.2.${address}` }, this, () =>
      this.#links.delete(index),
    )
    this.#links.set(index, link)
    return link
  }

  /** @internal Started when there is none. */
  namespace(): Promise<LossyNamespace> {
    if (this.#isClosed) return Promise.reject(unsupported('the network was stopped', []))
    this.#namespace ??= this.#start().catch((error: unknown) => {
      this.#namespace = undefined
      throw error
    })
    return this.#namespace
  }

  /** @internal Resolves when what the links are to lose is in force. */
  applyRules(): Promise<void> {
    const done = this.#turn.then(async () => {
      // A namespace that starts later starts with the rules of then.
      if (this.#namespace === undefined && !this.#isLossy) return
      await (await this.namespace()).setRules(this.#rules)
    })
    // One caller's failure is not the next one's.
    this.#turn = done.catch(() => {})
    return done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    const namespace = await this.#namespace?.catch(() => undefined)
    await namespace?.[Symbol.asyncDispose]()
  }

  get #isLossy(): boolean {
    return [...this.#links.values()].some(({ loss }) => loss.forward > 0 || loss.backward > 0)
  }

  get #rules(): string {
    return lossRules([...this.#links.values()])
  }

  async #start(): Promise<LossyNamespace> {
    const tools = await this.#findTools()
    const namespace = await LossyNamespace.start(tools).catch((error: unknown) => {
      throw unsupported('the network namespace could not be set up', [messageOf(error)])
    })
    void namespace.ended.then(() => {
      this.#namespace = undefined
    })
    try {
      await namespace.setRules(lossRules([probe])).catch((error: unknown) => {
        throw unsupported('the kernel takes no such rules', [messageOf(error)])
      })
      await namespace.setRules(this.#rules)
      return namespace
    } catch (error) {
      await namespace[Symbol.asyncDispose]()
      throw error
    }
  }
}

/** A link between two ends, a and b, whose connections can be led over wires that lose packets. */
export class LossyLink implements LinkAddresses {
  readonly a: string
  readonly b: string
  readonly #wires: LossyWires
  readonly #forget: () => void
  #loss = noLoss
  #isInForce = true

  /** @internal */
  constructor({ a, b }: LinkAddresses, wires: LossyWires, forget: () => void) {
    this.a = a
    this.b = b
    this.#wires = wires
    this.#forget = forget
  }

  get loss(): Loss {
    return this.#loss
  }

  /** For the wires that there are, and those to come. @throws {LossyNamespaceError} when it is not in force */
  async setLoss(loss: Loss): Promise<void> {
    const isSame = loss.forward === this.#loss.forward && loss.backward === this.#loss.backward
    if (isSame && this.#isInForce) return
    this.#loss = loss
    this.#isInForce = false
    await this.#wires.applyRules()
    this.#isInForce = true
  }

  /** A wire whose near end is with the one that dials. @throws {LossyNamespaceError} */
  async open(dialler: 'a' | 'b'): Promise<Wire> {
    const namespace = await this.#wires.namespace()
    return dialler === 'a' ? namespace.open(this.a, this.b) : namespace.open(this.b, this.a)
  }

  /** Its addresses may be another's from now on: none of its wires may be left. */
  close(): void {
    this.#forget()
  }
}
