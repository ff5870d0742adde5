import { createBeaconConfig } from '@lodestar/config'
import { fromHex } from '@lodestar/utils'
import { BeaconNode } from '../../../../../src/embedded/beacon-node.ts'
import { genesisAnchor } from '../../../../../src/embedded/chain/chain-anchor.ts'
import { MemoryBlockStore } from '../../../../../src/embedded/chain/memory-block-store.ts'
import { SlotTime } from '../../../../../src/embedded/clock/slot-time.ts'
import { VirtualClock } from '../../../../../src/embedded/clock/virtual-clock.ts'
import { InProcessEngine } from '../../../../../src/embedded/engine/in-process-engine.ts'
import { SharedPayloads } from '../../../../../src/embedded/engine/shared-payloads.ts'
import { SharedExecution } from '../../../../../src/embedded/execution/chain/shared-execution.ts'
import { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import { LinkNetwork } from '../../../../../src/embedded/links/link-network.ts'
import { Protocol } from '../../../../../src/embedded/protocol/protocol.ts'
import { MemoryProtectionStore } from '../../../../../src/embedded/validator/slashing-protection/protection-store.ts'
import { buildGenesis } from '../../../../../src/genesis/build-genesis.ts'
import { makeChainConfig } from '../../../../../src/genesis/chain-config.ts'
import { genesisFork } from '../../../../../src/genesis/fork-epochs.ts'
import type { Manifest } from '../../../../../src/plan/manifest.ts'
import { testGenesisTime } from '../../support/test-manifest.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

export type ApiNetwork = Awaited<ReturnType<typeof openNetwork>>

/** The nodes of a plan in virtual time, before genesis, not started. They share the links of the plan. */
export async function openNetwork(manifest: Manifest) {
  const { chain: plan, seed } = manifest
  const files = await buildGenesis(manifest, testGenesisTime)
  const chainConfig = { ...makeChainConfig(manifest, testGenesisTime), SHARD_COMMITTEE_PERIOD: 0 }
  const config = createBeaconConfig(chainConfig, fromHex(files.genesisValidatorsRoot))
  const protocol = new Protocol({ config })
  const state = protocol.loadState(files.genesisSsz, genesisFork(plan.forks) as never)
  const time = new SlotTime({ genesisTimeMs: testGenesisTime * 1000, ...plan })
  const defects: unknown[] = []
  const missedDuties: unknown[] = []
  const onError = (error: unknown) => void defects.push(error)
  const clock = new VirtualClock({ startMs: time.genesisTimeMs - 1000, onError })
  const links = new LinkNetwork({ clock, seed, seenTtlMs: 60_000, onError: (_peer, error) => onError(error) })
  for (const { libp2p } of manifest.nodes) links.mesh.addNode(libp2p.peerId)
  const peerIds = new Map(manifest.nodes.map(({ name, libp2p }) => [name, libp2p.peerId]))
  for (const { a, b } of manifest.edges) links.mesh.addLink(peerIds.get(a) ?? '', peerIds.get(b) ?? '')
  const execution = new SharedExecution(JSON.parse(files.executionGenesisJson))
  const payloads = new SharedPayloads(execution)
  const nodes = await Promise.all(
    manifest.nodes.map((nodePlan) =>
      BeaconNode.open({
        plan: nodePlan,
        keys: manifest.validators.keys,
        protocol,
        time,
        clock,
        wire: links.wire(nodePlan.libp2p.peerId),
        engine: new InProcessEngine({
          node: new ExecutionNode({ shared: execution, now: () => clock.nowMs }),
          payloads,
        }),
        store: new MemoryBlockStore(),
        protection: new MemoryProtectionStore(),
        genesis: genesisAnchor(protocol, state),
        version: 'eth-localnet/test',
        observer: undefined,
        onDutyFailure: ({ error }) => void missedDuties.push(error),
        onDefect: onError,
      }),
    ),
  )
  const first = nodes[0]
  if (first === undefined) throw new RangeError('The plan has no node.')
  /** Up to some time within a slot, in 1/10,000 of it. */
  const advanceTo = (slot: number, basisPoints = 0) => clock.advanceTo(time.dueInSlotMs(slot, basisPoints))
  return {
    config,
    protocol,
    time,
    clock,
    links,
    nodes,
    node: first,
    api: first.api,
    defects,
    missedDuties,
    advanceTo,
  }
}
