import type { BeaconConfig } from '@lodestar/config'
import { SLOTS_PER_EPOCH } from '@lodestar/params'
import { createCachedBeaconState, createPubkeyCache, type PubkeyCache } from '@lodestar/state-transition'
import { computeUnrealizedCheckpoints } from '@lodestar/state-transition/epoch'
import { type BeaconBlock, type SignedBeaconBlock, ssz } from '@lodestar/types'
import { byteArrayEquals, toRootHex } from '@lodestar/utils'
import { messageOf } from '../../errors.ts'
import type { Checkpoint, JustifiedBalances, Root } from '../fork-choice/types.ts'
import { applyBlock, type BlockContents, blockContents } from './apply-block.ts'
import type { BeaconState } from './beacon-state.ts'
import { BlockDecoder } from './block-decoder.ts'
import { BoundedMap } from './bounded-map.ts'
import { BlockInvalidError } from './errors.ts'
import { justifiedBalances } from './justified-balances.ts'
import { allowLongLookahead } from './long-lookahead.ts'
import { SignatureVerifier } from './signature-verifier.ts'
import type { Fork, SignedBlock } from './signed-block.ts'
import { StateAdvance } from './state-advance.ts'
import type { Transition } from './transition.ts'

/**
 * Post-states kept: back to the block that becomes final, in a chain that does not stall, and some of side
 * branches. Others are made again when somebody asks.
 */
const POST_STATES_MAX = 4 * SLOTS_PER_EPOCH + 32
/** Post-states of blocks that were built here and not yet signed. */
const TRIALS_MAX = 16

allowLongLookahead()

/** What is remembered of a valid block for as long as the block is. */
type Outcome = Omit<Transition, 'postState'>

export interface Trial {
  readonly postState: BeaconState
  /** `hash_tree_root(postState)`: the block's `state_root`. */
  readonly stateRoot: Uint8Array
}

/**
 * The rules of the chain, and the work that follows from content alone: decoding, the state transition,
 * signatures. One for all nodes of a network, so that what one of them has worked out, no other works out
 * again. Whether a node has received a block, and what it makes of it, is that node's own affair.
 */
export class Protocol {
  readonly config: BeaconConfig
  readonly pubkeys: PubkeyCache = createPubkeyCache()
  readonly signatures = new SignatureVerifier(this.pubkeys)
  readonly #decoder: BlockDecoder
  readonly #states = new StateAdvance()
  readonly #outcomes = new WeakMap<SignedBlock, Outcome | BlockInvalidError>()
  readonly #postStates = new BoundedMap<SignedBlock, BeaconState>(POST_STATES_MAX)
  readonly #trials = new BoundedMap<Root, Trial>(TRIALS_MAX)
  readonly #serialized = new WeakMap<BeaconState, Uint8Array>()
  readonly #balances = new WeakMap<BeaconState, JustifiedBalances>()

  constructor({ config }: { config: BeaconConfig }) {
    this.config = config
    this.#decoder = new BlockDecoder(config)
  }

  /**
   * A trusted state, genesis or a finalized one, from SSZ.
   * @throws Error when the bytes are no state of that fork.
   */
  loadState(bytes: Uint8Array, fork: Fork): BeaconState {
    const view = ssz[fork].BeaconState.deserializeToViewDU(bytes)
    return createCachedBeaconState(view, { config: this.config, pubkeyCache: this.pubkeys })
  }

  /** SSZ of a state, made once while the state is kept. */
  serializeState(state: BeaconState): Uint8Array {
    let bytes = this.#serialized.get(state)
    if (bytes === undefined) {
      bytes = state.serialize()
      this.#serialized.set(state, bytes)
    }
    return bytes
  }

  /**
   * A block from SSZ, at the fork of its slot. The bytes are kept, and must not be changed afterwards.
   * @throws BlockMalformedError
   */
  decodeBlock(bytes: Uint8Array): SignedBlock {
    return this.#decoder.decode(bytes)
  }

  /**
   * A block from its value, which must not be changed afterwards.
   * @throws BlockMalformedError when its slot is of a fork that is not run here.
   */
  signedBlock(value: SignedBeaconBlock<Fork>): SignedBlock {
    return this.#decoder.wrap(value)
  }

  /**
   * `process_slots`: a state advanced through empty slots, remembered for as long as the state is kept. The
   * result must not be changed.
   * @throws RangeError when the slot is before the state's.
   */
  advance(state: BeaconState, slot: number): BeaconState {
    return this.#states.advance(state, slot)
  }

  /**
   * `state_transition`, with every signature and the state root verified. The payload is checked as far as the
   * beacon state goes; the execution client judges the rest. Remembered by block, valid or not.
   *
   * @param parentState post-state of the parent; it is left as it is.
   * @throws BlockInvalidError
   */
  transition(block: SignedBlock, parentState: BeaconState): Transition {
    const known = this.#outcomes.get(block)
    if (known instanceof BlockInvalidError) throw known
    const kept = known && this.#postStates.get(block)
    if (known !== undefined && kept !== undefined) return { ...known, postState: kept }
    try {
      const postState = this.#postState(block, parentState)
      const outcome = known ?? this.#judge(block, postState)
      this.#outcomes.set(block, outcome)
      this.#postStates.set(block, postState)
      return { ...outcome, postState }
    } catch (error) {
      if (error instanceof BlockInvalidError) this.#outcomes.set(block, error)
      throw error
    }
  }

  /** The post-state of a block that has been through `transition`, while it is kept. */
  postState(block: SignedBlock): BeaconState | undefined {
    return this.#postStates.get(block)
  }

  /**
   * The post-state of a block that is being built: everything is checked but signatures, and the `state_root`
   * in it, which is left as it is. The import of the very same block, signed, need not make the state again.
   *
   * @param parentState post-state of the parent, or that advanced to any slot up to the block's.
   * @throws Error for whatever the state transition asserts.
   */
  tryBlock(message: BeaconBlock<Fork>, parentState: BeaconState): Trial {
    const postState = applyBlock(message, this.advance(parentState, message.slot))
    const trial: Trial = { postState, stateRoot: postState.hashTreeRoot() }
    const { slot, proposerIndex, parentRoot } = message
    const { bodyRoot } = postState.latestBlockHeader
    const header = { slot, proposerIndex, parentRoot, bodyRoot, stateRoot: trial.stateRoot }
    this.#trials.set(toRootHex(ssz.phase0.BeaconBlockHeader.hashTreeRoot(header)), trial)
    return trial
  }

  /** What fork choice weighs votes with, by the state at a justified checkpoint. */
  justifiedBalances(checkpointState: BeaconState): JustifiedBalances {
    let balances = this.#balances.get(checkpointState)
    if (balances === undefined) {
      balances = justifiedBalances(checkpointState)
      this.#balances.set(checkpointState, balances)
    }
    return balances
  }

  #postState(block: SignedBlock, parentState: BeaconState): BeaconState {
    const { message } = block.value
    const { stateRoot, postState } = this.#trials.get(block.root) ?? this.#apply(block, parentState)
    if (!byteArrayEquals(stateRoot, message.stateRoot)) {
      const [claimed, actual] = [toRootHex(message.stateRoot), toRootHex(stateRoot)]
      const problem = `its state root is ${claimed}, that of its post-state is ${actual}`
      throw new BlockInvalidError(block, 'state-root', problem)
    }
    return postState
  }

  #apply(block: SignedBlock, parentState: BeaconState): Trial {
    try {
      const postState = applyBlock(block.value.message, this.advance(parentState, block.slot))
      return { postState, stateRoot: postState.hashTreeRoot() }
    } catch (cause) {
      throw new BlockInvalidError(block, 'state-transition', messageOf(cause), cause)
    }
  }

  #judge(block: SignedBlock, postState: BeaconState): Outcome {
    let contents: BlockContents
    try {
      contents = blockContents(this.config, block.value, postState)
    } catch (cause) {
      throw new BlockInvalidError(block, 'signature', messageOf(cause), cause)
    }
    if (!this.signatures.verifyNow(contents.signatureSets)) {
      throw new BlockInvalidError(block, 'signature', 'one of the signatures in it is wrong')
    }
    const unrealized = computeUnrealizedCheckpoints(postState)
    return {
      justified: toCheckpoint(postState.currentJustifiedCheckpoint),
      finalized: toCheckpoint(postState.finalizedCheckpoint),
      unrealizedJustified: toCheckpoint(unrealized.justifiedCheckpoint),
      unrealizedFinalized: toCheckpoint(unrealized.finalizedCheckpoint),
      indexedAttestations: contents.attestations,
      attesterSlashingIndices: contents.attesterSlashingIndices,
    }
  }
}

export function toCheckpoint({ epoch, root }: { epoch: number; root: Uint8Array }): Checkpoint {
  return { epoch, root: toRootHex(root) }
}
