import { createBeaconConfig } from '@lodestar/config'
import type { BeaconBlock, SignedBeaconBlock } from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import { genesisAnchor } from '../../../../../src/embedded/chain/chain-anchor.ts'
import { MemoryBlockStore } from '../../../../../src/embedded/chain/memory-block-store.ts'
import { openChain } from '../../../../../src/embedded/chain/open-chain.ts'
import { SlotTime } from '../../../../../src/embedded/clock/slot-time.ts'
import { VirtualClock } from '../../../../../src/embedded/clock/virtual-clock.ts'
import type { ExecutionEngine } from '../../../../../src/embedded/engine/execution-engine.ts'
import { InProcessEngine } from '../../../../../src/embedded/engine/in-process-engine.ts'
import { SharedPayloads } from '../../../../../src/embedded/engine/shared-payloads.ts'
import { SharedExecution } from '../../../../../src/embedded/execution/chain/shared-execution.ts'
import { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import { OperationPools } from '../../../../../src/embedded/pools/operation-pools.ts'
import { BlockProducer } from '../../../../../src/embedded/production/block-producer.ts'
import { FeeRecipients } from '../../../../../src/embedded/production/fee-recipients.ts'
import { PayloadPreparation } from '../../../../../src/embedded/production/payload-preparation.ts'
import type { BeaconState } from '../../../../../src/embedded/protocol/beacon-state.ts'
import { Protocol } from '../../../../../src/embedded/protocol/protocol.ts'
import type { Fork } from '../../../../../src/embedded/protocol/signed-block.ts'
import { buildGenesis } from '../../../../../src/genesis/build-genesis.ts'
import { makeChainConfig } from '../../../../../src/genesis/chain-config.ts'
import { genesisFork } from '../../../../../src/genesis/fork-epochs.ts'
import type { Manifest } from '../../../../../src/plan/manifest.ts'
import { testGenesisTime } from '../../support/test-manifest.ts'
import { ValidatorSet } from './validator-set.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

export const fallbackFeeRecipient = new Uint8Array(20).fill(0xfe)

export interface TestNodeOptions {
  readonly manifest: Manifest
  /** Changes the genesis state before anything is built on it. */
  readonly changeGenesis?: (state: BeaconState, validators: ValidatorSet) => void
  /** Stands between the beacon node and its execution client. */
  readonly wrapEngine?: (engine: ExecutionEngine) => ExecutionEngine
}

export type TestNode = Awaited<ReturnType<typeof openTestNode>>

/** A node on its own, with all validators' keys, in virtual time. Exits are allowed from the start. */
export async function openTestNode({ manifest, changeGenesis, wrapEngine }: TestNodeOptions) {
  const { chain: plan } = manifest
  const files = await buildGenesis(manifest, testGenesisTime)
  const chainConfig = { ...makeChainConfig(manifest, testGenesisTime), SHARD_COMMITTEE_PERIOD: 0 }
  const config = createBeaconConfig(chainConfig, fromHex(files.genesisValidatorsRoot))
  const protocol = new Protocol({ config })
  const validators = new ValidatorSet(config, manifest.validators)
  const state = protocol.loadState(files.genesisSsz, genesisFork(plan.forks) as Fork)
  changeGenesis?.(state, validators)
  state.commit()
  const time = new SlotTime({
    genesisTimeMs: testGenesisTime * 1000,
    slotDurationMs: plan.slotDurationMs,
    slotsPerEpoch: plan.slotsPerEpoch,
  })
  const defects: unknown[] = []
  const clock = new VirtualClock({ startMs: time.genesisTimeMs, onError: (error) => defects.push(error) })
  const execution = new SharedExecution(JSON.parse(files.executionGenesisJson))
  const executionNode = new ExecutionNode({ shared: execution, now: () => clock.nowMs })
  const inProcess = new InProcessEngine({ node: executionNode, payloads: new SharedPayloads(execution) })
  const engine = wrapEngine?.(inProcess) ?? inProcess
  const store = new MemoryBlockStore()
  const chain = await openChain({
    protocol,
    time,
    clock,
    engine,
    store,
    genesis: genesisAnchor(protocol, state),
    onDefect: (error) => defects.push(error),
  })
  const pools = new OperationPools({ config })
  pools.follow(chain)
  const feeRecipients = new FeeRecipients(fallbackFeeRecipient)
  const preparation = new PayloadPreparation({ chain, clock, feeRecipients })
  const producer = new BlockProducer({ chain, pools, engine, preparation, feeRecipients })
  return {
    config,
    protocol,
    time,
    clock,
    chain,
    engine,
    executionNode,
    pools,
    feeRecipients,
    preparation,
    producer,
    validators,
    defects,
  }
}

/** Signs a block and imports it. */
export async function publish(node: TestNode, block: BeaconBlock<Fork>): Promise<SignedBeaconBlock<Fork>> {
  const signed = node.validators.signBlock(block)
  await node.chain.importBlock(node.protocol.signedBlock(signed))
  return signed
}

/** The time of a slot's start. */
export async function advanceToSlot(node: TestNode, slot: number): Promise<void> {
  await node.clock.advanceTo(node.time.startOfSlotMs(slot))
}

/** A block for the present slot, with whatever the pools hold. */
export function produce(node: TestNode, slot: number) {
  const { head } = node.chain
  const state = node.protocol.advance(head.state, slot)
  const randaoReveal = node.validators.randaoReveal(state.epochCtx.getBeaconProposer(slot), slot)
  return node.producer.produceBlock({ slot, randaoReveal, graffiti: new TextEncoder().encode('test') })
}

/** All duties of a slot: the block, everybody's attestation, and the sync committee's messages. */
export async function runSlot(node: TestNode, slot: number): Promise<SignedBeaconBlock<Fork>> {
  await advanceToSlot(node, slot)
  const { block } = await produce(node, slot)
  const signed = await publish(node, block)
  for (const attestation of node.validators.attest(node.chain.head.state, slot))
    node.pools.attestations.add(attestation)
  for (const message of node.validators.syncMessages(node.chain.head.state, slot)) {
    node.pools.syncCommittee.addMessage(message)
  }
  return signed
}
