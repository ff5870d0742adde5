import type { Clock } from '../clock/clock.ts'
import { Flooding } from './flooding.ts'
import type { Member } from './member.ts'
import { MemoryWire } from './memory-wire.ts'
import { Mesh, type MeshOptions } from './mesh.ts'
import { Requests } from './requests.ts'
import type { GossipMessage, PeerId, Verdict } from './wire.ts'

export interface LinkNetworkOptions extends Omit<MeshOptions, 'layer'> {
  readonly clock: Clock
  /** How long a node remembers that it has seen a message: two epochs by the specification (`seen_ttl`). */
  readonly seenTtlMs: number
  /** Hears of what a node's handlers throw. The others go on. */
  readonly onError: (peerId: PeerId, error: unknown) => void
}

/**
 * The consensus layer's links between the nodes of one process. Nodes are known by their peer ids, and are
 * added in the order of their indices: the lower one dials.
 */
export class LinkNetwork {
  /** Nodes and links: to be added, cut, healed and paused there. */
  readonly mesh: Mesh
  /** By the node's index. */
  readonly #wires: (MemoryWire | undefined)[] = []
  readonly #flooding: Flooding
  readonly #requests: Requests
  readonly #onError: (peerId: PeerId, error: unknown) => void

  constructor(options: LinkNetworkOptions) {
    const { clock, seenTtlMs, onError } = options
    this.mesh = new Mesh({ ...options, layer: 'consensus' })
    this.#onError = onError
    this.#flooding = new Flooding({
      clock,
      seenTtlMs,
      memberCount: () => this.mesh.memberCount,
      judge: (member, message, from) => this.#judge(member, message, from),
      onReject: (member, from) => this.#wires[member.index]?.countRejection(from),
    })
    this.#requests = new Requests({
      clock,
      answer: (member, { protocol, request, from }) =>
        this.#wires[member.index]?.handlers?.onRequest(protocol, request, from) ?? [],
      onError: (member, error) => onError(member.id, error),
    })
  }

  /** The wire of a node, always the same. @throws {LinkError} when there is no such node */
  wire(peerId: PeerId): MemoryWire {
    const member = this.mesh.member(peerId)
    const existing = this.#wires[member.index]
    if (existing !== undefined) return existing
    const parts = {
      mesh: this.mesh,
      flooding: this.#flooding,
      requests: this.#requests,
      onError: this.#onError,
    }
    const wire = new MemoryWire(member, parts)
    this.#wires[member.index] = wire
    return wire
  }

  /** Takes a node off line, and forgets it and its links. */
  removeNode(peerId: PeerId): void {
    const member = this.mesh.member(peerId)
    this.#wires[member.index]?.close()
    this.#wires[member.index] = undefined
    this.mesh.removeNode(peerId)
  }

  #judge(member: Member, message: GossipMessage, from: PeerId): Verdict | Promise<Verdict> {
    try {
      const verdict = this.#wires[member.index]?.handlers?.onGossip(message, from) ?? 'ignore'
      return typeof verdict === 'string' ? verdict : verdict.catch((error) => this.#onFault(member, error))
    } catch (error) {
      return this.#onFault(member, error)
    }
  }

  /** A message that nobody has judged goes no further. */
  #onFault(member: Member, error: unknown): 'ignore' {
    this.#onError(member.id, error)
    return 'ignore'
  }
}
