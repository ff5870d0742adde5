import { BitArray } from '@chainsafe/ssz'
import { createBeaconConfig } from '@lodestar/config'
import {
  ForkName,
  ForkSeq,
  MAX_COMMITTEES_PER_SLOT,
  SLOTS_PER_EPOCH,
  SYNC_COMMITTEE_SIZE,
} from '@lodestar/params'
import { G2_POINT_AT_INFINITY, getBlockRootAtSlot } from '@lodestar/state-transition'
import type { Attestation, BeaconBlock, BeaconBlockBody, phase0 } from '@lodestar/types'
import { fromHex, toRootHex } from '@lodestar/utils'
import { type ChainAnchor, genesisAnchor } from '../../../../src/embedded/chain/chain-anchor.ts'
import { SlotTime } from '../../../../src/embedded/clock/slot-time.ts'
import { InProcessEngine } from '../../../../src/embedded/engine/in-process-engine.ts'
import { SharedPayloads } from '../../../../src/embedded/engine/shared-payloads.ts'
import { SharedExecution } from '../../../../src/embedded/execution/chain/shared-execution.ts'
import { payloadFromBlock } from '../../../../src/embedded/execution/engine/payload-block.ts'
import { ExecutionNode } from '../../../../src/embedded/execution/execution-node.ts'
import type { Root } from '../../../../src/embedded/fork-choice/types.ts'
import { decodeExecutionRequests } from '../../../../src/embedded/production/execution-requests.ts'
import { payloadAttributes } from '../../../../src/embedded/production/payload-attributes.ts'
import type { BeaconState } from '../../../../src/embedded/protocol/beacon-state.ts'
import { Protocol } from '../../../../src/embedded/protocol/protocol.ts'
import type { Fork, SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { buildGenesis } from '../../../../src/genesis/build-genesis.ts'
import { makeChainConfig } from '../../../../src/genesis/chain-config.ts'
import { genesisFork } from '../../../../src/genesis/fork-epochs.ts'
import type { GenesisFiles } from '../../../../src/genesis/genesis-files.ts'
import type { Hex, Manifest } from '../../../../src/plan/manifest.ts'
import { testGenesisTime } from './test-manifest.ts'
import { TestSigner } from './test-signer.ts'

export interface BlockChoices {
  /** @default genesis, or the block before */
  readonly parent?: SignedBlock
  /** @default the one after the parent's */
  readonly slot?: number
  /**
   * Whose votes for the slot before, or the parent's if that is older, are in the block.
   * @default everybody's
   */
  readonly attesters?: (validatorIndex: number) => boolean
  /** Other attestations, in place of those. */
  readonly attestations?: Attestation<Fork>[]
  /** @default true: the whole sync committee signs; it takes 10 ms */
  readonly syncAggregate?: boolean
  /** Makes blocks differ that are alike otherwise. @default '' */
  readonly graffiti?: string
  /** Operations and the like, in place of none. */
  readonly body?: Partial<BeaconBlockBody<Fork>>
}

/**
 * Makes valid blocks, on any parent and at any slot, with real signatures and payloads. `activatePreset` must
 * have run with the manifest's chain before this module is loaded.
 */
export class ChainBuilder {
  readonly manifest: Manifest
  readonly files: GenesisFiles
  readonly time: SlotTime
  /** The one that blocks are made with. A test that wants to see work done takes a `newProtocol`. */
  readonly protocol: Protocol
  readonly signer: TestSigner
  readonly execution: SharedExecution
  readonly payloads: SharedPayloads
  readonly genesis: ChainAnchor
  readonly #node: ExecutionNode
  readonly #blocks = new Map<Root, SignedBlock>()
  readonly #states = new Map<Root, BeaconState>()
  #latest: SignedBlock

  private constructor(manifest: Manifest, files: GenesisFiles) {
    const { chain } = manifest
    this.manifest = manifest
    this.files = files
    this.time = new SlotTime({ genesisTimeMs: testGenesisTime * 1000, ...chain })
    this.protocol = this.newProtocol()
    this.signer = new TestSigner(this.protocol.config, manifest)
    this.execution = new SharedExecution(JSON.parse(files.executionGenesisJson))
    this.payloads = new SharedPayloads(this.execution)
    this.genesis = this.anchorFor(this.protocol)
    this.#node = new ExecutionNode({ shared: this.execution, now: () => 0 })
    this.#latest = this.genesis.block
    this.#blocks.set(this.genesis.block.root, this.genesis.block)
    this.#states.set(this.genesis.block.root, this.genesis.state)
  }

  static async create(manifest: Manifest): Promise<ChainBuilder> {
    return new ChainBuilder(manifest, await buildGenesis(manifest, testGenesisTime))
  }

  /** A protocol of the same network that remembers nothing. */
  newProtocol(): Protocol {
    const chainConfig = makeChainConfig(this.manifest, testGenesisTime)
    return new Protocol({
      config: createBeaconConfig(chainConfig, fromHex(this.files.genesisValidatorsRoot)),
    })
  }

  /** The genesis anchor, for a protocol of its own. */
  anchorFor(protocol: Protocol): ChainAnchor {
    const fork = genesisFork(this.manifest.chain.forks) as Fork
    return genesisAnchor(protocol, protocol.loadState(this.files.genesisSsz, fork))
  }

  /** An execution client that knows only genesis. */
  newEngine(nowMs: () => number = () => 0): { engine: InProcessEngine; node: ExecutionNode } {
    const node = new ExecutionNode({ shared: this.execution, now: nowMs })
    return { node, engine: new InProcessEngine({ node, payloads: this.payloads }) }
  }

  /** Post-state of a block made here. */
  stateOf(root: Root): BeaconState {
    const state = this.#states.get(root)
    if (state === undefined) throw new RangeError(`Block ${root} was not made here.`)
    return state
  }

  /** Makes a valid block, signed by its proposer. */
  async build(choices: BlockChoices = {}): Promise<SignedBlock> {
    const { parent = this.#latest, slot = parent.slot + 1 } = choices
    const state = this.protocol.advance(this.stateOf(parent.root), slot)
    const message: BeaconBlock<Fork> = {
      slot,
      proposerIndex: state.epochCtx.getBeaconProposer(slot),
      parentRoot: fromHex(parent.root),
      stateRoot: new Uint8Array(32),
      body: await this.#body(parent, state, choices),
    }
    message.stateRoot = this.protocol.tryBlock(message, state).stateRoot
    const block = this.signed(message)
    const { postState } = this.protocol.transition(block, this.stateOf(parent.root))
    this.#blocks.set(block.root, block)
    this.#states.set(block.root, postState)
    this.#latest = block
    return block
  }

  /** Blocks in a row, one a slot. */
  async buildMany(count: number, choices: BlockChoices = {}): Promise<SignedBlock[]> {
    const { slot: _, parent, ...others } = choices
    const blocks: SignedBlock[] = []
    for (let index = 0; index < count; index++) {
      blocks.push(await this.build(index === 0 ? choices : others))
    }
    return blocks
  }

  /** A block with a valid signature of its proposer, whatever is in it. */
  signed(message: BeaconBlock<Fork>): SignedBlock {
    const fork = this.forkAt(message.slot)
    return this.protocol.signedBlock({ message, signature: this.signer.block(fork, message) })
  }

  forkAt(slot: number): Fork {
    return this.protocol.config.getForkName(slot) as Fork
  }

  /** What validators vote for in a slot when a block is their head (`get_attestation_data`, phase0/validator.md). */
  attestationData(head: SignedBlock, slot: number, committeeIndex = 0): phase0.AttestationData {
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
    const state = this.protocol.advance(this.stateOf(head.root), Math.max(slot, head.slot))
    const startSlot = epoch * SLOTS_PER_EPOCH
    const target = startSlot >= head.slot ? fromHex(head.root) : getBlockRootAtSlot(state, startSlot)
    return {
      slot,
      index: committeeIndex,
      beaconBlockRoot: fromHex(head.root),
      source: state.currentJustifiedCheckpoint.toValue(),
      target: { epoch, root: target },
    }
  }

  /** Votes of a slot's committees as blocks at `blockSlot` carry them. */
  attestations(
    head: SignedBlock,
    slot: number,
    {
      blockSlot = slot + 1,
      attesters = () => true,
    }: { blockSlot?: number; attesters?: BlockChoices['attesters'] } = {},
  ): Attestation<Fork>[] {
    const state = this.protocol.advance(this.stateOf(head.root), Math.max(slot, head.slot))
    const committees = state.epochCtx.getShufflingAtSlot(slot).committees[slot % SLOTS_PER_EPOCH] ?? []
    const isElectra = this.protocol.config.getForkSeq(blockSlot) >= ForkSeq.electra
    const parts = committees.map((committee, index) => ({ index, committee: [...committee] }))
    const votes = isElectra ? [parts] : parts.map((part) => [part])
    return votes.flatMap((voting) => {
      const present = voting.filter(({ committee }) => committee.some(attesters))
      const members = present.flatMap(({ committee }) => committee)
      const signers = members.filter(attesters)
      if (signers.length === 0) return []
      const data = this.attestationData(head, slot, isElectra ? 0 : present[0]?.index)
      const committeeBits = BitArray.fromBitLen(MAX_COMMITTEES_PER_SLOT)
      for (const { index } of present) committeeBits.set(index, true)
      const attestation = {
        data,
        aggregationBits: BitArray.fromBoolArray(members.map(attesters)),
        signature: this.signer.signTogether(signers, this.signer.attestationRoot(data)),
      }
      return [isElectra ? { ...attestation, committeeBits } : attestation]
    })
  }

  async #body(
    parent: SignedBlock,
    state: BeaconState,
    choices: BlockChoices,
  ): Promise<BeaconBlockBody<Fork>> {
    const { slot } = state
    const { executionPayload, requests } = await this.#payload(parent, state)
    const { attesters = () => true } = choices
    const body = {
      randaoReveal: this.signer.randaoReveal(state.epochCtx.getBeaconProposer(slot), slot),
      eth1Data: state.eth1Data.toValue(),
      graffiti: graffitiBytes(choices.graffiti ?? ''),
      proposerSlashings: [],
      attesterSlashings: [],
      attestations:
        choices.attestations ?? this.attestations(parent, slot - 1, { blockSlot: slot, attesters }),
      deposits: [],
      voluntaryExits: [],
      syncAggregate: this.#syncAggregate(parent, state, choices.syncAggregate ?? true),
      executionPayload,
      blsToExecutionChanges: [],
      blobKzgCommitments: [],
    }
    const withRequests =
      this.forkAt(slot) === ForkName.deneb
        ? body
        : { ...body, executionRequests: decodeExecutionRequests(requests) }
    return { ...withRequests, ...choices.body }
  }

  #syncAggregate(parent: SignedBlock, state: BeaconState, isSigned: boolean) {
    if (!isSigned) {
      return {
        syncCommitteeBits: BitArray.fromBitLen(SYNC_COMMITTEE_SIZE),
        syncCommitteeSignature: G2_POINT_AT_INFINITY,
      }
    }
    const { validatorIndices } = state.epochCtx.currentSyncCommitteeIndexed
    const signingRoot = this.signer.syncMessageRoot(state.slot - 1, parent.root)
    return {
      syncCommitteeBits: BitArray.fromBoolArray(Array.from({ length: SYNC_COMMITTEE_SIZE }, () => true)),
      syncCommitteeSignature: this.signer.signTogether([...validatorIndices], signingRoot),
    }
  }

  async #payload(parent: SignedBlock, state: BeaconState) {
    const { suggestedFeeRecipient: feeRecipient, ...attributes } = payloadAttributes(
      state,
      parent.root,
      new Uint8Array(20).fill(0xfe),
    )
    const parentState = this.stateOf(parent.root)
    if (!('latestExecutionPayloadHeader' in parentState))
      throw new TypeError('A state from before the merge.')
    const parentHash = toRootHex(parentState.latestExecutionPayloadHeader.blockHash) as Hex
    const parentBlock = this.#node.chain.executed(parentHash)
    if (parentBlock === undefined) throw new RangeError(`The payload ${parentHash} is not known.`)
    const { executed } = await this.#node.build(parentBlock, { ...attributes, feeRecipient })
    await this.#node.importBlock(executed.record.block)
    return { executionPayload: payloadFromBlock(executed.record.block), requests: executed.record.requests }
  }
}

function graffitiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(32)
  new TextEncoder().encodeInto(text, bytes)
  return bytes
}
