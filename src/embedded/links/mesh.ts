import { randomSource } from '../../plan/random.ts'
import type { Clock, Timer } from '../clock/clock.ts'
import { LinkError } from './errors.ts'
import { Link, type LinkQuality } from './link.ts'
import { Channel, Member, type MeshListener } from './member.ts'

/** How long who hung up on a peer stays away from it: as a node on real sockets, which would be dialled again. */
export const restMs = 15_000

export interface MeshOptions {
  /** Links of each layer have delays of their own. */
  readonly layer: 'consensus' | 'execution'
  readonly clock: Clock
  readonly seed: number
  /** Range of the links' delays, one drawn for each; whole milliseconds. @default { min: 2, max: 12 } */
  readonly delayMs?: { readonly min: number; readonly max: number }
}

/**
 * The nodes and links of one layer of a network, and who is connected: two nodes are, while the link between
 * them is up, both are open, and neither has hung up lately.
 */
export class Mesh {
  readonly #options: MeshOptions
  readonly #members = new Map<string, Member>()
  readonly #links = new Set<Link>()
  /** Links whose ends stay apart for a while; less long when one of them opens again, or the link is healed. */
  readonly #hungUp = new Map<Link, Timer>()
  #nextIndex = 0

  constructor(options: MeshOptions) {
    this.#options = options
  }

  get links(): ReadonlySet<Link> {
    return this.#links
  }

  /** Number of nodes that were ever added: no index is higher. */
  get memberCount(): number {
    return this.#nextIndex
  }

  /** @throws {LinkError} */
  member(id: string): Member {
    const member = this.#members.get(id)
    if (member === undefined) throw new LinkError(`There is no node ${id}.`, { id })
    return member
  }

  /** Adds a node, closed. Those added earlier are the diallers of those added later. @throws {LinkError} */
  addNode(id: string): Member {
    if (this.#members.has(id)) throw new LinkError(`There is a node ${id} already.`, { id })
    const member = new Member(id, this.#nextIndex++)
    this.#members.set(id, member)
    return member
  }

  removeNode(id: string): void {
    const member = this.member(id)
    this.close(member)
    for (const link of member.links.values()) {
      this.#links.delete(link)
      this.#endRest(link)
      for (const end of link.ends) this.#members.get(end)?.links.delete(otherEnd(link, end))
    }
    this.#members.delete(id)
  }

  /** @throws {LinkError} */
  addLink(a: string, b: string, quality: Partial<LinkQuality> = {}): Link {
    if (a === b) throw new LinkError(`A link cannot connect ${a} with itself.`, { a, b })
    const [first, second] = [this.member(a), this.member(b)].sort((x, y) => x.index - y.index)
    if (first === undefined || second === undefined || first.links.has(second.id)) {
      throw new LinkError(`There is a link between ${a} and ${b} already.`, { a, b })
    }
    const { layer, seed, delayMs = { min: 2, max: 12 } } = this.#options
    // A stream for each link, so that its delay does not depend on which links there are besides.
    const random = randomSource(`link/${layer}/${first.id}/${second.id}`, seed)
    const link = new Link({
      ends: [first.id, second.id],
      delayMs: delayMs.min + random.below(delayMs.max - delayMs.min + 1),
      jitterMs: 0,
      loss: 0,
      seed: random.below(2 ** 32),
      ...quality,
      onChange: (changed) => this.#onLinkChanged(changed),
    })
    first.links.set(second.id, link)
    second.links.set(first.id, link)
    this.#links.add(link)
    this.#connect(link)
    return link
  }

  /** The link between two nodes, in any order; undefined when there is none. */
  findLink(a: string, b: string): Link | undefined {
    return this.#members.get(a)?.links.get(b)
  }

  /** The link between two nodes, in any order. @throws {LinkError} */
  link(a: string, b: string): Link {
    const link = this.member(a).links.get(b)
    if (link === undefined) throw new LinkError(`There is no link between ${a} and ${b}.`, { a, b })
    return link
  }

  /** Goes on line: connects with all open neighbours, and tells both ends, before it returns. */
  open(member: Member, listener: MeshListener): void {
    this.close(member)
    member.begin(listener)
    for (const link of [...member.links.values()]) {
      this.#endRest(link)
      // What a listener does may have closed the node again.
      if (member.listener === listener) this.#connect(link)
    }
  }

  /** Goes off line. Neighbours are told; the node itself knows. */
  close(member: Member): void {
    if (member.listener === undefined) return
    const channels = [...member.channels]
    member.end()
    for (const channel of channels) this.#disconnect(channel)
  }

  /** Ends a connection. Both ends are told, and connect again after a rest. */
  hangUp(member: Member, neighbour: string): void {
    const channel = member.channelTo(neighbour)
    if (channel === undefined) return
    const { link } = channel
    const { clock } = this.#options
    const timer = clock.at(clock.nowMs + restMs, () => {
      this.#endRest(link)
      this.#connect(link)
    })
    this.#hungUp.set(link, timer)
    this.#disconnect(channel)
  }

  /** Lets a node take in nothing, while its connections stay. */
  pause(id: string): void {
    this.member(id).isPaused = true
  }

  /** Gives a node what has arrived for it since it was paused. */
  resume(id: string): void {
    const member = this.member(id)
    member.isPaused = false
    const { clock } = this.#options
    clock.at(clock.nowMs, () => member.takeHeld())
  }

  #endRest(link: Link): void {
    this.#hungUp.get(link)?.cancel()
    this.#hungUp.delete(link)
  }

  #onLinkChanged(link: Link): void {
    if (!this.#links.has(link)) return
    this.#endRest(link)
    const channel = this.member(link.ends[0]).channelTo(link.ends[1])
    if (link.isUp) this.#connect(link)
    else if (channel !== undefined) this.#disconnect(channel)
  }

  #connect(link: Link): void {
    const [first, second] = [this.member(link.ends[0]), this.member(link.ends[1])]
    const [dialler, dialled] = [first.listener, second.listener]
    if (!link.isUp || this.#hungUp.has(link) || dialler === undefined || dialled === undefined) return
    if (first.channelTo(second.id) !== undefined) return
    const channel = Channel.connect(link, first, second, this.#options.clock.nowMs)
    channel.isAnnounced = true
    dialler.onConnect(channel, 'outbound')
    // The dialler may have hung up at once.
    if (!channel.isOpen) return
    channel.reverse.isAnnounced = true
    dialled.onConnect(channel.reverse, 'inbound')
  }

  #disconnect(channel: Channel): void {
    const wasOpen = channel.isOpen
    const outbound = channel.from.index < channel.to.index ? channel : channel.reverse
    outbound.disconnect()
    if (!wasOpen) return
    for (const end of [outbound, outbound.reverse]) {
      if (end.isAnnounced) end.from.listener?.onDisconnect(end)
    }
  }
}

function otherEnd(link: Link, id: string): string {
  return link.ends[0] === id ? link.ends[1] : link.ends[0]
}
