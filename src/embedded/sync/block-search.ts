import type { BeaconChain } from '../chain/beacon-chain.ts'
import { BlockImportError } from '../chain/errors.ts'
import type { Clock } from '../clock/clock.ts'
import type { Root } from '../fork-choice/types.ts'
import { RequestError } from '../links/errors.ts'
import type { PeerId } from '../links/wire.ts'
import { BoundedMap } from '../protocol/bounded-map.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import { PeerFaultError, PeerRefusalError } from './errors.ts'
import type { PeerBook } from './peer-book.ts'
import type { ReqResp } from './req-resp.ts'

/** Blocks that are looked for at once. Whoever names blocks that do not exist can name no more than these. */
const SEARCHES_MAX = 64
/** Ancestors that are fetched one by one. Who lacks more is behind, and syncs by range. */
const ANCESTORS_MAX = 32
/** Peers that are asked for one block. */
const PEERS_MAX = 4
/** In parts of a slot: a block and the votes for it are under way together, and the block may well be next. */
const DELAYS_PER_SLOT = 20
/** Blocks that nobody had are not looked for again soon. */
const MISSING_MAX = 1024

export interface BlockSearchParameters {
  readonly chain: BeaconChain
  readonly clock: Clock
  readonly peers: PeerBook
  readonly reqResp: Pick<ReqResp, 'blocksByRoot'>
  readonly isRunning: () => boolean
  /** Hears of a peer that gave a wrong answer. */
  readonly onFault: (peer: PeerId, error: PeerFaultError) => void
  /** A chain of blocks is too long, or hangs on nothing here: whose it is, may have more to tell. */
  readonly onLongChain: (peer: PeerId) => void
  /** Runs what takes time, and tells the node of its failure. */
  readonly run: (work: () => Promise<void>) => void
}

/** Fetches blocks that somebody has spoken of by their roots, with the ancestors that are missing. */
export class BlockSearch {
  readonly #parameters: BlockSearchParameters
  readonly #searches = new Map<Root, Set<PeerId>>()
  /** Until when a block is not looked for. */
  readonly #missing = new BoundedMap<Root, number>(MISSING_MAX)

  constructor(parameters: BlockSearchParameters) {
    this.#parameters = parameters
  }

  /** Searches under way. */
  get count(): number {
    return this.#searches.size
  }

  /** Looks for a block, a moment later, if it has not come until then. */
  find(root: Root, from: PeerId): void {
    const { chain, clock, isRunning, run } = this.#parameters
    const searched = this.#searches.get(root)
    if (searched !== undefined) {
      if (searched.size < PEERS_MAX) searched.add(from)
      return
    }
    if (this.#searches.size >= SEARCHES_MAX || (this.#missing.get(root) ?? 0) > clock.nowMs) return
    this.#searches.set(root, new Set([from]))
    const delayMs = Math.ceil(chain.time.slotDurationMs / DELAYS_PER_SLOT)
    clock.at(clock.nowMs + delayMs, () => {
      if (isRunning() && !this.#isKnown(root)) run(() => this.#search(root))
      else this.#searches.delete(root)
    })
  }

  async #search(root: Root): Promise<void> {
    try {
      const branch = await this.#fetchBranch(root)
      if (branch !== undefined) await this.#importAll(branch)
    } finally {
      this.#searches.delete(root)
    }
  }

  /** The block and its unknown ancestors, oldest first; undefined when they cannot be had. */
  async #fetchBranch(root: Root): Promise<SignedBlock[] | undefined> {
    const { chain, isRunning, onLongChain } = this.#parameters
    const sources = [...(this.#searches.get(root) ?? [])]
    const branch: SignedBlock[] = []
    for (let wanted = root; !this.#isKnown(wanted); ) {
      if (branch.length >= ANCESTORS_MAX) {
        if (sources[0] !== undefined) onLongChain(sources[0])
        return undefined
      }
      const block = await this.#fetch(wanted, sources)
      if (block === undefined || !isRunning()) return undefined
      // A chain that meets ours before the finalized block cannot be imported.
      if (block.slot <= chain.time.startSlotOf(chain.forkChoice.finalizedCheckpoint.epoch)) return undefined
      branch.unshift(block)
      wanted = block.parentRoot
    }
    return branch
  }

  async #fetch(root: Root, sources: readonly PeerId[]): Promise<SignedBlock | undefined> {
    const { chain, clock, peers, reqResp, onFault, isRunning } = this.#parameters
    for (const peer of peers.candidatesFor(root, sources).slice(0, PEERS_MAX)) {
      try {
        for await (const block of reqResp.blocksByRoot(peer, [root])) return block
      } catch (error) {
        if (error instanceof PeerFaultError) onFault(peer, error)
        else if (!(error instanceof RequestError) && !(error instanceof PeerRefusalError)) throw error
      }
      if (!isRunning() || this.#isKnown(root)) return chain.block(root)
    }
    this.#missing.set(root, clock.nowMs + chain.time.slotDurationMs)
    return undefined
  }

  /** A block that is refused takes its descendants with it. What is wrong with it, the chain has told. */
  async #importAll(branch: readonly SignedBlock[]): Promise<void> {
    const { chain, isRunning } = this.#parameters
    try {
      for (const block of branch) if (isRunning()) await chain.importBlock(block)
    } catch (error) {
      if (!(error instanceof BlockImportError)) throw error
    }
  }

  #isKnown(root: Root): boolean {
    return this.#parameters.chain.forkChoice.getBlock(root) !== undefined
  }
}
