import {
  type BeaconConfig,
  chainConfigFromJson,
  chainConfigToJson,
  createBeaconConfig,
} from '@lodestar/config'
import { mainnetChainConfig, minimalChainConfig } from '@lodestar/config/configs'
import { ForkName, SLOTS_PER_EPOCH } from '@lodestar/params'
import {
  assertValidAttesterSlashing,
  getAttesterSlashableIndices,
  getIndexedAttestationSignatureSet,
} from '@lodestar/state-transition'
import { type Attestation, ssz } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import { BeaconChain } from '../../../src/embedded/chain/beacon-chain.ts'
import { BlockImportError } from '../../../src/embedded/chain/errors.ts'
import { MemoryBlockStore } from '../../../src/embedded/chain/memory-block-store.ts'
import { SlotTime } from '../../../src/embedded/clock/slot-time.ts'
import type { BeaconState } from '../../../src/embedded/protocol/beacon-state.ts'
import { Protocol } from '../../../src/embedded/protocol/protocol.ts'
import type { Fork } from '../../../src/embedded/protocol/signed-block.ts'
import { messageOf } from '../../../src/errors.ts'
import { ManualClock } from '../../integration/embedded/support/manual-clock.ts'
import { ConformanceError } from './conformance-error.ts'
import { isDataAvailable } from './data-availability.ts'
import type { VectorCase } from './find-cases.ts'
import { ScriptedEngine } from './scripted-engine.ts'
import type { BlockStep } from './steps.ts'
import { readConfig, readMeta, readSsz } from './vector-files.ts'

/** Where the genesis time, the genesis validators' root and the slot are in a serialised state. */
const ROOT_RANGE = [8, 40] as const
/** Where the slot is in a serialised attestation: after the offset of its aggregation bits. */
const ATTESTATION_SLOT_OFFSET = 4

/**
 * The chain of an embedded node, whole but for gossip: vectors are for fork choice, which gossip's own rules
 * would keep much from. What gossip would have verified is verified here. Each action tells why it was refused.
 */
export class VectorNode {
  readonly chain: BeaconChain
  readonly engine: ScriptedEngine
  readonly #directory: string
  readonly #clock: ManualClock

  private constructor(directory: string, chain: BeaconChain, engine: ScriptedEngine, clock: ManualClock) {
    this.#directory = directory
    this.chain = chain
    this.engine = engine
    this.#clock = clock
  }

  static open({ directory, preset, fork }: VectorCase): VectorNode {
    if (readMeta(directory).bls_setting === 2) {
      throw new ConformanceError('Its signatures are not real; this chain verifies every one.')
    }
    const anchorFork = requireFork(fork)
    const stateBytes = readSsz(directory, 'anchor_state')
    const config = createBeaconConfig(
      chainConfig(directory, preset, anchorFork),
      stateBytes.subarray(...ROOT_RANGE),
    )
    const protocol = new Protocol({ config })
    const state = protocol.loadState(stateBytes, anchorFork)
    const message = ssz[anchorFork].BeaconBlock.deserialize(readSsz(directory, 'anchor_block'))
    const block = protocol.signedBlock({ message, signature: new Uint8Array(96) })
    const time = new SlotTime({
      genesisTimeMs: state.genesisTime * 1000,
      slotDurationMs: config.SLOT_DURATION_MS,
      slotsPerEpoch: SLOTS_PER_EPOCH,
    })
    const clock = new ManualClock(time.startOfSlotMs(state.slot))
    const engine = new ScriptedEngine()
    const anchor = { block, state }
    const store = new MemoryBlockStore()
    return new VectorNode(
      directory,
      new BeaconChain({ protocol, time, clock, engine, store, anchor, onDefect }),
      engine,
      clock,
    )
  }

  tick(seconds: number): string | undefined {
    const timeMs = Math.round(seconds * 1000)
    if (timeMs < this.#clock.nowMs) return 'It is in the past.'
    this.#clock.nowMs = timeMs
    this.chain.updateHead()
    return undefined
  }

  async importBlock(step: BlockStep): Promise<string | undefined> {
    const { protocol } = this.chain
    const block = protocol.decodeBlock(readSsz(this.#directory, step.block))
    if (!(await isDataAvailable(protocol.config, this.#directory, block, step))) {
      return 'Its blobs are not available, or do not belong to it.'
    }
    try {
      await this.chain.importBlock(block)
    } catch (error) {
      if (error instanceof BlockImportError && error.reason !== 'engine') return error.message
      throw error
    }
    return undefined
  }

  /** `on_attestation`, of one that did not come in a block. */
  async importAttestation(name: string): Promise<string | undefined> {
    const { chain } = this
    const bytes = readSsz(this.#directory, name)
    const slot = Number(
      new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(ATTESTATION_SLOT_OFFSET, true),
    )
    const fork = requireFork(chain.protocol.config.getForkName(slot))
    const attestation: Attestation = ssz[fork].Attestation.deserialize(bytes)
    const { target, beaconBlockRoot } = attestation.data
    const targetState = chain.stateAt(toRootHex(target.root), target.epoch * SLOTS_PER_EPOCH)
    if (targetState === undefined) return 'Its target is not known, or later than its epoch.'
    const attestingIndices = await verifiedAttesters(chain.protocol, targetState, attestation)
    if (attestingIndices === undefined) return 'Its signature or its committee bits are wrong.'
    const refusedBefore = chain.refusedAttestations
    chain.importAttestation({
      slot,
      blockRoot: toRootHex(beaconBlockRoot),
      target: { epoch: target.epoch, root: toRootHex(target.root) },
      attestingIndices,
      isFromBlock: false,
      toAttestation: () => attestation,
    })
    if (chain.refusedAttestations > refusedBefore) return 'Fork choice refused it.'
    // The specification refuses what this fork choice keeps until its slot is over.
    return slot >= chain.forkChoice.currentSlot ? 'It is early.' : undefined
  }

  /** `on_attester_slashing`, of one that did not come in a block. */
  importAttesterSlashing(name: string): string | undefined {
    const { protocol, forkChoice } = this.chain
    const fork = requireFork(protocol.config.getForkName(forkChoice.currentSlot))
    const slashing = ssz[fork].AttesterSlashing.deserialize(readSsz(this.#directory, name))
    const state = this.chain.state(forkChoice.justifiedCheckpoint.root)
    if (state === undefined) throw new ConformanceError('The justified block has no state.')
    try {
      const { config, pubkeys } = protocol
      // The signatures are of the fork of their epoch, which may have started since the justified block.
      const stateSlot = Math.max(
        state.slot,
        Number(slashing.attestation1.data.target.epoch) * SLOTS_PER_EPOCH,
      )
      assertValidAttesterSlashing(config, pubkeys, stateSlot, state.validators.length, slashing, true)
      this.chain.importAttesterSlashing(slashing, getAttesterSlashableIndices(slashing))
    } catch (error) {
      return messageOf(error)
    }
    return undefined
  }
}

/** `get_indexed_attestation` and `is_valid_indexed_attestation`; undefined when it is not valid. */
async function verifiedAttesters(
  { config, signatures }: Protocol,
  targetState: BeaconState,
  attestation: Attestation,
): Promise<readonly number[] | undefined> {
  const { slot } = attestation.data
  try {
    const indexed = targetState.epochCtx.getIndexedAttestation(config.getForkSeq(slot), attestation)
    if (indexed.attestingIndices.length === 0) return undefined
    const set = getIndexedAttestationSignatureSet(config, targetState.slot, indexed)
    return (await signatures.verify([set])) ? indexed.attestingIndices : undefined
  } catch {
    // The library throws for bits that do not fit the committee.
    return undefined
  }
}

/** The preset's configuration with the case's own values; all forks up to the case's are there from genesis. */
function chainConfig(directory: string, preset: VectorCase['preset'], fork: Fork): BeaconConfig {
  const base = preset === 'mainnet' ? mainnetChainConfig : minimalChainConfig
  const epochs = {
    ALTAIR_FORK_EPOCH: 0,
    BELLATRIX_FORK_EPOCH: 0,
    CAPELLA_FORK_EPOCH: 0,
    DENEB_FORK_EPOCH: 0,
    ELECTRA_FORK_EPOCH: fork === ForkName.deneb ? Number.POSITIVE_INFINITY : 0,
    FULU_FORK_EPOCH: fork === ForkName.fulu ? 0 : Number.POSITIVE_INFINITY,
    GLOAS_FORK_EPOCH: Number.POSITIVE_INFINITY,
  }
  const overridden = { ...chainConfigToJson({ ...base, ...epochs }), ...readConfig(directory) }
  return chainConfigFromJson(overridden) as BeaconConfig
}

function requireFork(fork: string): Fork {
  if (fork === ForkName.deneb || fork === ForkName.electra || fork === ForkName.fulu) return fork
  throw new ConformanceError(`Embedded nodes do not run the fork ${fork}.`)
}

/** What the chain reports as a defect of its own must fail the case. */
function onDefect(error: unknown): never {
  throw error
}
