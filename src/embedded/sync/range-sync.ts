import type { BeaconChain } from '../chain/beacon-chain.ts'
import { BlockImportError } from '../chain/errors.ts'
import type { PeerId } from '../links/wire.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import { PeerFaultError } from './errors.ts'
import type { BestPeer } from './peer-book.ts'
import { protocolIds } from './protocols.ts'
import type { ReqResp } from './req-resp.ts'

/** Slots that are asked for at once: half of what may be. */
const BATCH_SLOTS = 64

export interface RangeSyncParameters {
  readonly chain: BeaconChain
  readonly reqResp: Pick<ReqResp, 'blocksByRange' | 'status'>
  /** Whether to go on. */
  readonly isRunning: () => boolean
}

/**
 * Fetches a peer's chain up to its head by ranges of slots, and imports it block by block.
 *
 * @throws PeerFaultError, PeerRefusalError, RequestError for what the peer does; BlockImportError `engine`,
 * `busy` or `future` for what is wrong at home
 */
export async function syncRangeFrom(peer: BestPeer, parameters: RangeSyncParameters): Promise<void> {
  const { chain, reqResp, isRunning } = parameters
  const finalizedSlot = chain.time.startSlotOf(chain.forkChoice.finalizedCheckpoint.epoch)
  // Most often its chain goes on where ours ends. If it left ours before, all that is not final is wanted.
  for (const startSlot of new Set([chain.head.slot + 1, finalizedSlot + 1])) {
    if (await fetchChain(peer, startSlot, parameters)) return
    if (!isRunning()) return
  }
  const { headRoot } = await reqResp.status(peer.peerId)
  // After a re-org of its own it is no liar.
  if (headRoot !== peer.status.headRoot || hasBlock(chain, headRoot)) return
  throw fault(peer.peerId, `it has not given the chain up to its head ${headRoot}`)
}

/** @returns whether the peer's head is known now */
async function fetchChain(
  { peerId, status }: BestPeer,
  startSlot: number,
  { chain, reqResp, isRunning }: RangeSyncParameters,
): Promise<boolean> {
  for (let slot = startSlot; slot <= status.headSlot; slot += BATCH_SLOTS) {
    if (!isRunning() || hasBlock(chain, status.headRoot)) break
    const count = Math.min(BATCH_SLOTS, status.headSlot - slot + 1)
    for await (const block of reqResp.blocksByRange(peerId, slot, count)) {
      if (!isRunning()) return false
      if (!(await importOf(chain, block, peerId))) return false
    }
  }
  return hasBlock(chain, status.headRoot)
}

/** @returns false when its parent is not known */
async function importOf(chain: BeaconChain, block: SignedBlock, peerId: PeerId): Promise<boolean> {
  try {
    await chain.importBlock(block)
    return true
  } catch (error) {
    if (!(error instanceof BlockImportError)) throw error
    if (error.reason === 'unknown-parent') return false
    const isItsFault =
      error.reason === 'invalid' || error.reason === 'finalized' || error.reason === 'not-descendant'
    throw isItsFault ? fault(peerId, error.shortMessage) : error
  }
}

function hasBlock({ forkChoice }: BeaconChain, root: string): boolean {
  return forkChoice.getBlock(root) !== undefined
}

function fault(peerId: PeerId, problem: string): PeerFaultError {
  return new PeerFaultError(peerId, protocolIds.blocksByRange, problem)
}
