import type { Root } from '../fork-choice/types.ts'
import type { PeerId } from '../links/wire.ts'
import type { PeerStatus } from './status.ts'

export interface PeerEntry {
  readonly peerId: PeerId
  readonly direction: 'inbound' | 'outbound'
  /** Undefined until the first exchange. */
  readonly status: PeerStatus | undefined
}

/** The connected peers, in the order in which they came, and what each said last of its chain. */
export class PeerBook {
  readonly #peers = new Map<PeerId, PeerEntry>()

  get all(): readonly PeerEntry[] {
    return [...this.#peers.values()]
  }

  has(peerId: PeerId): boolean {
    return this.#peers.has(peerId)
  }

  add(peerId: PeerId, direction: PeerEntry['direction']): void {
    this.#peers.set(peerId, { peerId, direction, status: undefined })
  }

  delete(peerId: PeerId): void {
    this.#peers.delete(peerId)
  }

  clear(): void {
    this.#peers.clear()
  }

  setStatus(peerId: PeerId, status: PeerStatus): void {
    const peer = this.#peers.get(peerId)
    if (peer !== undefined) this.#peers.set(peerId, { ...peer, status })
  }

  /** The peer with the most to tell: the latest finality, then the latest head; of equals the first. */
  best(isEligible: (peer: PeerEntry, status: PeerStatus) => boolean): BestPeer | undefined {
    let best: BestPeer | undefined
    for (const peer of this.#peers.values()) {
      const { peerId, status } = peer
      if (status === undefined || !isEligible(peer, status)) continue
      if (best === undefined || isAhead(status, best.status)) best = { peerId, status }
    }
    return best
  }

  /** Whom to ask for a block: those who spoke of it, those whose head it is, then everybody else. */
  candidatesFor(root: Root, first: readonly PeerId[]): PeerId[] {
    const others = this.all.filter(({ status }) => status?.headRoot === root).map(({ peerId }) => peerId)
    const rest = this.all.map(({ peerId }) => peerId)
    return [...new Set([...first, ...others, ...rest])].filter((peerId) => this.#peers.has(peerId))
  }
}

export interface BestPeer {
  readonly peerId: PeerId
  readonly status: PeerStatus
}

function isAhead(a: PeerStatus, b: PeerStatus): boolean {
  return a.finalizedEpoch === b.finalizedEpoch ? a.headSlot > b.headSlot : a.finalizedEpoch > b.finalizedEpoch
}
