import type { BeaconChain } from '../chain/beacon-chain.ts'
import { BlockImportError } from '../chain/errors.ts'
import type { Clock, Timer } from '../clock/clock.ts'
import type { Root } from '../fork-choice/types.ts'
import { failNode } from '../gossip/fail-node.ts'
import type { BlockFinder } from '../gossip/gossip.ts'
import { GossipTopics } from '../gossip/topics.ts'
import { RequestError } from '../links/errors.ts'
import type { PeerId, ResponseChunk, Wire } from '../links/wire.ts'
import { BlockSearch } from './block-search.ts'
import { PeerFaultError, PeerRefusalError } from './errors.ts'
import { Offers } from './offers.ts'
import { type BestPeer, PeerBook, type PeerEntry } from './peer-book.ts'
import { goodbyeReasons } from './protocols.ts'
import { syncRangeFrom } from './range-sync.ts'
import { ReqResp } from './req-resp.ts'
import { RequestServer } from './server.ts'
import { irrelevance, type PeerStatus } from './status.ts'

/** A peer whose head is no further ahead is left to gossip. */
const SLOTS_AHEAD_TOLERATED = 1
/** When the head is this old, peers are asked whether they have a later one. */
const SLOTS_BEHIND_TOLERATED = 2
/** How long a peer that did not answer is not asked for its chain. */
const REST_SLOTS = 4

export interface SyncParameters {
  readonly chain: BeaconChain
  readonly wire: Wire
  readonly clock: Clock
}

/**
 * A node's dealings with its peers beyond gossip: the handshake, catching up with their chains by range, and
 * finding single blocks by root.
 */
export class Sync implements BlockFinder {
  readonly reqResp: ReqResp
  readonly #chain: BeaconChain
  readonly #wire: Wire
  readonly #clock: Clock
  readonly #topics: GossipTopics
  readonly #peers = new PeerBook()
  readonly #server: RequestServer
  readonly #search: BlockSearch
  readonly #offers: Offers
  /** Peers that did not answer, and until when they are left alone. */
  readonly #resting = new Map<PeerId, number>()
  #isRunning = false
  #isSyncing = false
  #timer: Timer | undefined

  constructor({ chain, wire, clock }: SyncParameters) {
    this.#chain = chain
    this.#wire = wire
    this.#clock = clock
    this.#topics = GossipTopics.of(chain.protocol.config)
    this.reqResp = new ReqResp({ chain, wire })
    this.#offers = new Offers({ topics: this.#topics, wire, clock, time: chain.time })
    this.#server = new RequestServer({
      chain,
      onStatus: (peer, status) => this.#run(() => this.#consider(peer, status)),
      onGoodbye: (peer) => this.#forget(peer),
    })
    this.#search = new BlockSearch({
      chain,
      clock,
      peers: this.#peers,
      reqResp: this.reqResp,
      isRunning: () => this.#isRunning,
      onFault: (peer, { shortMessage }) =>
        this.#run(() => this.#hangUp(peer, goodbyeReasons.fault, shortMessage)),
      onLongChain: (peer) => this.#run(() => this.#handshake(peer)),
      run: (work) => this.#run(work),
    })
  }

  /** Whether this node is catching up with a peer's chain. */
  get isSyncing(): boolean {
    return this.#isSyncing
  }

  /** Slots from the head to the present slot. */
  get syncDistance(): number {
    return Math.max(0, this.#chain.currentSlot - this.#chain.head.slot)
  }

  /** The connected peers, and what each has said of its chain. */
  get peers(): readonly PeerEntry[] {
    return this.#peers.all
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#offers.start()
    this.#awaitNextSlot()
  }

  stop(): void {
    this.#isRunning = false
    this.#timer?.cancel()
    this.#timer = undefined
    this.#offers.stop()
    this.#peers.clear()
    this.#resting.clear()
  }

  /** The wire's `onConnect`. "The dialing client MUST send a Status request upon connection." */
  onConnect(peer: PeerId, direction: 'inbound' | 'outbound'): void {
    this.#peers.add(peer, direction)
    if (direction === 'outbound') this.#run(() => this.#handshake(peer))
  }

  /** The wire's `onDisconnect`. */
  onDisconnect(peer: PeerId): void {
    this.#forget(peer)
  }

  /** The wire's `onRequest`. */
  serve(
    protocol: string,
    request: Uint8Array,
    from: PeerId,
  ): Iterable<ResponseChunk> | AsyncIterable<ResponseChunk> {
    return this.#server.serve(protocol, request, from)
  }

  /** A block that a peer has spoken of is not known here. While catching up, it comes by range. */
  find(root: Root, from: PeerId): void {
    if (this.#isRunning && !this.#isSyncing) this.#search.find(root, from)
  }

  #awaitNextSlot(): void {
    const { time, currentSlot } = this.#chain
    const nextSlot = Math.max(0, currentSlot + 1)
    this.#timer = this.#clock.at(time.startOfSlotMs(nextSlot), () => {
      this.#awaitNextSlot()
      this.#onSlot(nextSlot)
    })
  }

  /**
   * Status is exchanged anew with one peer each epoch, and with all while there is reason to think that they
   * are further: what the others have, gossip tells.
   */
  #onSlot(slot: number): void {
    const { slotsPerEpoch } = this.#chain.time
    // One exchange tells both ends.
    const dialled = this.#peers.all.filter(({ direction }) => direction === 'outbound')
    if (this.syncDistance > SLOTS_BEHIND_TOLERATED) {
      if (slot % SLOTS_BEHIND_TOLERATED !== 0) return
      for (const { peerId } of dialled) this.#run(() => this.#handshake(peerId))
    } else if (slot % slotsPerEpoch === 0) {
      const next = dialled[(slot / slotsPerEpoch) % dialled.length]
      if (next !== undefined) this.#run(() => this.#handshake(next.peerId))
    }
  }

  async #handshake(peer: PeerId): Promise<void> {
    if (!this.#peers.has(peer)) return
    try {
      await this.#consider(peer, await this.reqResp.status(peer))
    } catch (error) {
      await this.#onPeerFailure(peer, error)
    }
  }

  async #consider(peer: PeerId, status: PeerStatus): Promise<void> {
    const problem = await irrelevance(status, this.#chain, this.#topics)
    if (!this.#isRunning || !this.#peers.has(peer)) return
    if (problem !== undefined) return this.#hangUp(peer, goodbyeReasons.irrelevantNetwork, problem)
    this.#peers.setStatus(peer, status)
    await this.#catchUp()
  }

  /** Follows the best peers, one after the other, until none is ahead. */
  async #catchUp(): Promise<void> {
    if (this.#isSyncing) return
    try {
      for (let peer = this.#peerAhead(); peer !== undefined; peer = this.#peerAhead()) {
        this.#isSyncing = true
        await this.#syncFrom(peer)
      }
    } finally {
      this.#isSyncing = false
    }
  }

  async #syncFrom(peer: BestPeer): Promise<void> {
    const { peerId } = peer
    try {
      await syncRangeFrom(peer, {
        chain: this.#chain,
        reqResp: this.reqResp,
        isRunning: () => this.#isRunning && this.#peers.has(peerId),
      })
      if (!this.#peers.has(peerId)) return
      // One whose head changes before it can be had would keep us for ever.
      if (this.#chain.forkChoice.getBlock(peer.status.headRoot) === undefined) this.#rest(peerId)
      this.#peers.setStatus(peerId, await this.reqResp.status(peerId))
    } catch (error) {
      this.#rest(peerId)
      await this.#onPeerFailure(peerId, error)
    }
  }

  #peerAhead(): BestPeer | undefined {
    if (!this.#isRunning) return undefined
    const { head, forkChoice, currentSlot } = this.#chain
    const { epoch } = forkChoice.finalizedCheckpoint
    return this.#peers.best(({ peerId }, { finalizedEpoch, headRoot, headSlot }) => {
      const isAhead = finalizedEpoch > epoch || headSlot > head.slot + SLOTS_AHEAD_TOLERATED
      // A head of the future cannot be imported, whoever's clock is wrong.
      if (!isAhead || headSlot > currentSlot) return false
      return forkChoice.getBlock(headRoot) === undefined && !this.#isResting(peerId)
    })
  }

  #rest(peer: PeerId): void {
    this.#resting.set(peer, this.#clock.nowMs + REST_SLOTS * this.#chain.time.slotDurationMs)
  }

  #isResting(peer: PeerId): boolean {
    const untilMs = this.#resting.get(peer)
    if (untilMs === undefined) return false
    if (untilMs > this.#clock.nowMs) return true
    this.#resting.delete(peer)
    return false
  }

  /** A peer that lies is left. One that does not answer is left alone for a while. */
  async #onPeerFailure(peer: PeerId, error: unknown): Promise<void> {
    if (error instanceof PeerFaultError) return this.#hangUp(peer, goodbyeReasons.fault, error.shortMessage)
    const isExpected =
      error instanceof RequestError || error instanceof PeerRefusalError || error instanceof BlockImportError
    if (!isExpected) throw error
  }

  async #hangUp(peer: PeerId, reason: bigint, problem: string): Promise<void> {
    if (!this.#peers.has(peer)) return
    this.#forget(peer)
    // Whether it hears of the reason or not.
    await this.reqResp.goodbye(peer, reason).catch(() => {})
    this.#wire.disconnect(peer, problem)
  }

  #forget(peer: PeerId): void {
    this.#peers.delete(peer)
    this.#resting.delete(peer)
  }

  /** What waits for a peer's answer must not hold up time, so no timer waits for it. Its failure is the node's. */
  #run(work: () => Promise<void>): void {
    if (!this.#isRunning) return
    work().catch((error: unknown) => failNode(this.#clock, error))
  }
}
