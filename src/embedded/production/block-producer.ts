import { ForkName } from '@lodestar/params'
import { type BeaconBlock, type BeaconBlockBody, ssz } from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import { messageOf } from '../../errors.ts'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { BuiltPayload, ExecutionEngine } from '../engine/execution-engine.ts'
import type { Root } from '../fork-choice/types.ts'
import type { OperationPools } from '../pools/operation-pools.ts'
import { packAttestations } from '../pools/pack-attestations.ts'
import { packOperations } from '../pools/pack-operations.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'
import type { Trial } from '../protocol/protocol.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { BlockProductionError } from './errors.ts'
import { decodeExecutionRequests } from './execution-requests.ts'
import type { FeeRecipients } from './fee-recipients.ts'
import type { PayloadPreparation } from './payload-preparation.ts'
import type { BlockBlobs } from './publisher.ts'

const graffitiLength = 32

export interface BlockRequest {
  readonly slot: number
  /** The proposer's signature of the epoch, 96 bytes. It is not verified here. */
  readonly randaoReveal: Uint8Array
  /** At most 32 bytes. */
  readonly graffiti?: Uint8Array
  /** @default the one that was registered for the proposer */
  readonly feeRecipient?: Uint8Array
}

/** A block that wants only its proposer's signature. */
export interface ProducedBlock {
  readonly fork: Fork
  readonly block: BeaconBlock<Fork>
  /** `hash_tree_root(block)`, of which the proposer signs the signing root. */
  readonly root: Uint8Array
  readonly blobs: BlockBlobs
  readonly executionPayloadValueWei: bigint
  /** What the proposer earns for the attestations, the sync aggregate and the slashings in it. */
  readonly consensusBlockValueGwei: number
}

export interface BlockProducerParameters {
  readonly chain: BeaconChain
  readonly pools: OperationPools
  readonly engine: ExecutionEngine
  readonly preparation: PayloadPreparation
  readonly feeRecipients: FeeRecipients
}

/** Makes blocks (`get_new_block`, "Block proposal" in validator.md of phase0 to electra). */
export class BlockProducer {
  readonly #chain: BeaconChain
  readonly #pools: OperationPools
  readonly #engine: ExecutionEngine
  readonly #preparation: PayloadPreparation
  readonly #feeRecipients: FeeRecipients

  constructor({ chain, pools, engine, preparation, feeRecipients }: BlockProducerParameters) {
    this.#chain = chain
    this.#pools = pools
    this.#engine = engine
    this.#preparation = preparation
    this.#feeRecipients = feeRecipients
  }

  /**
   * A block on the head, or on its parent when the head came late and weak (`get_proposer_head`). Everything
   * but signatures has been checked by the state transition, whose result the import of the block uses again.
   *
   * @throws BlockProductionError when there is nothing to build upon, or the block would be invalid
   * @throws EngineUnavailableError
   */
  async produceBlock(request: BlockRequest): Promise<ProducedBlock> {
    const { slot } = request
    const parentRoot = this.#parentFor(slot)
    const state = this.#chain.stateAt(parentRoot, slot)
    if (state === undefined) throw noParent(slot, `the state of its parent ${parentRoot} is not kept`)
    const fork = forkAt(state)
    const proposerIndex = state.epochCtx.getBeaconProposer(slot)
    if (state.validators.getReadonly(proposerIndex).slashed) {
      throw new BlockProductionError({
        slot,
        problem: `its proposer, validator ${proposerIndex}, has been slashed`,
        hint: 'The slot stays empty.',
        facts: { proposerIndex },
      })
    }
    const feeRecipient = request.feeRecipient ?? this.#feeRecipients.of(proposerIndex)
    const payload = await this.#payload(parentRoot, state, feeRecipient, fork)
    const block: BeaconBlock<Fork> = {
      slot,
      proposerIndex,
      parentRoot: fromHex(parentRoot),
      stateRoot: new Uint8Array(32),
      body: this.#body(request, parentRoot, state, payload, fork),
    }
    const { postState, stateRoot } = this.#try(block, state)
    block.stateRoot = stateRoot
    const { attestations, syncAggregate, slashing } = postState.proposerRewards
    const { commitments: _, proofs: kzgProofs, blobs } = payload.blobsBundle
    return {
      fork,
      block,
      root: blockRoot(block, postState),
      blobs: { kzgProofs, blobs },
      executionPayloadValueWei: payload.blockValueWei,
      consensusBlockValueGwei: attestations + syncAggregate + slashing,
    }
  }

  #parentFor(slot: number): Root {
    const { forkChoice } = this.#chain
    const head = this.#chain.updateHead()
    if (head.slot < slot) return forkChoice.getProposerHead(slot).root
    // There is a block of this slot already: another one goes beside it.
    const before = forkChoice.getAncestor(head.root, slot - 1)
    if (before === undefined) throw noParent(slot, `the head is at slot ${head.slot} already`)
    return before.root
  }

  async #payload(
    parentRoot: Root,
    state: BeaconState,
    feeRecipient: Uint8Array,
    fork: Fork,
  ): Promise<BuiltPayload> {
    const payloadId = await this.#preparation.payloadId(parentRoot, state, feeRecipient)
    try {
      return await this.#engine.getPayload(payloadId, fork)
    } catch {
      // A client that was started again since does not know what it had begun.
      this.#preparation.forget()
      const begunAgain = await this.#preparation.payloadId(parentRoot, state, feeRecipient)
      return this.#engine.getPayload(begunAgain, fork)
    }
  }

  #body(
    { slot, randaoReveal, graffiti }: BlockRequest,
    parentRoot: Root,
    state: BeaconState,
    { executionPayload, blobsBundle, executionRequests }: BuiltPayload,
    fork: Fork,
  ): BeaconBlockBody<Fork> {
    const body = {
      randaoReveal,
      // Genesis is in the state already, and deposits come as requests of the execution layer: no vote is needed.
      eth1Data: state.eth1Data.toValue(),
      graffiti: paddedGraffiti(graffiti),
      ...packOperations(this.#pools.operations, state),
      attestations: packAttestations(this.#pools.attestations, state),
      deposits: [],
      syncAggregate: this.#pools.syncCommittee.syncAggregate(slot - 1, parentRoot),
      executionPayload,
      blobKzgCommitments: blobsBundle.commitments,
    }
    if (fork === ForkName.deneb) return body
    return { ...body, executionRequests: decodeExecutionRequests(executionRequests) }
  }

  #try(block: BeaconBlock<Fork>, state: BeaconState): Trial {
    try {
      return this.#chain.protocol.tryBlock(block, state)
    } catch (cause) {
      throw new BlockProductionError({
        slot: block.slot,
        problem: `the state transition refuses it: ${messageOf(cause)}`,
        hint: 'This is a defect: please report it, with the options and the seed of the network.',
        cause,
      })
    }
  }
}

function noParent(slot: number, problem: string): BlockProductionError {
  return new BlockProductionError({ slot, problem, hint: 'Ask for the block when its slot begins.' })
}

function forkAt({ config, slot }: BeaconState): Fork {
  const fork = config.getForkName(slot)
  if (fork === ForkName.deneb || fork === ForkName.electra || fork === ForkName.fulu) return fork
  throw noParent(slot, `its fork ${fork} is not run here`)
}

function paddedGraffiti(graffiti: Uint8Array = new Uint8Array(0)): Uint8Array {
  const padded = new Uint8Array(graffitiLength)
  padded.set(graffiti.subarray(0, graffitiLength))
  return padded
}

/** The transition has hashed the body already: it is in the header that it leaves in the state. */
function blockRoot(block: BeaconBlock<Fork>, { latestBlockHeader }: BeaconState): Uint8Array {
  const { slot, proposerIndex, parentRoot, stateRoot } = block
  const { bodyRoot } = latestBlockHeader
  return ssz.phase0.BeaconBlockHeader.hashTreeRoot({ slot, proposerIndex, parentRoot, stateRoot, bodyRoot })
}
