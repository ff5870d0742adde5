import type {
  BlockEvidence,
  ConsensusEvidence,
  Evidence,
  NodeEvidence,
  SyncingEvidence,
  TreeBlock,
} from '../../../src/observe/doctor/evidence.ts'

const genesisTime = 1_700_000_000
const slotDurationMs = 2_000
const slotsPerEpoch = 8

/** A root that tells where it belongs: of a slot, on a branch. */
export function rootOf(slot: number, branch = 'a'): string {
  // Blocks before slot 40 are of all branches: these part there.
  const shown = slot < 40 ? 'a' : branch
  return `0x${shown.repeat(4)}${String(slot).padStart(60, '0')}`
}

/** Blocks of a chain from one slot down to another, newest first. */
export function chainTo(headSlot: number, branch = 'a', fromSlot = 0): TreeBlock[] {
  const slots = Array.from({ length: headSlot - fromSlot + 1 }, (_, i) => headSlot - i)
  return slots.map((slot) => ({
    slot,
    root: rootOf(slot, branch),
    parentRoot: rootOf(slot - 1, branch),
    validity: 'valid',
  }))
}

/** Four connected nodes with 16 of 64 validators each, in epoch 6: everything is as it should be. */
export function healthyEvidence({ slot = 50, nodes = 4 }: { slot?: number; nodes?: number } = {}): Evidence {
  const epoch = Math.floor(slot / slotsPerEpoch)
  const perNode = 64 / nodes
  const names = Array.from({ length: nodes }, (_, i) => `node-${i}`)
  return {
    network: { name: 'localnet', directory: '/nets/localnet', time: 'real', isRunning: true },
    chain: {
      slotDurationMs,
      slotsPerEpoch,
      genesisTime,
      genesisValidatorsRoot: `0x${'11'.repeat(32)}`,
      genesisBlockRoot: rootOf(0),
      executionBlockHash: `0x${'22'.repeat(32)}`,
      validatorCount: 64,
    },
    nowMs: genesisTime * 1000 + (slot + 0.5) * slotDurationMs,
    slots: { first: slot, last: slot },
    nodes: names.map((name, index) => ({
      name,
      state: 'running',
      clients: { execution: 'geth', consensus: 'prysm' },
      held: { first: index * perNode, count: perNode },
      feeRecipient: `0x${String(index).repeat(40)}`,
      unhinderedSinceMs: genesisTime * 1000,
      execution: {
        genesisHash: `0x${'22'.repeat(32)}`,
        head: { number: slot, hash: `0x${'33'.repeat(32)}` },
        isSyncing: false,
        peers: names.filter((other) => other !== name),
      },
      engine: {
        outcome: 'answered',
        url: `http://127.0.0.1:855${index}`,
        secretFile: `/nets/localnet/nodes/${name}/jwt.hex`,
      },
      consensus: {
        url: `http://127.0.0.1:350${index}`,
        genesis: { timeSeconds: genesisTime, validatorsRoot: `0x${'11'.repeat(32)}` },
        spec: { SECONDS_PER_SLOT: '2', SLOTS_PER_EPOCH: '8', DEPOSIT_CHAIN_ID: '1337' },
        forkSchedule: [{ epoch: 0, version: '0x85000539' }],
        syncing: syncingAt(slot, slot),
        peers: names.filter((other) => other !== name),
        head: { slot, root: rootOf(slot) },
        finality: { justifiedEpoch: Math.max(0, epoch - 1), finalizedEpoch: Math.max(0, epoch - 2) },
        tree: chainTo(slot),
        ...(epoch > 0 && { votes: { epoch: epoch - 1, silent: [], asked: 64 } }),
      },
      logLines: [],
    })),
    edges: names.flatMap((a, i) => names.slice(i + 1).map((b) => ({ a, b }))),
    blocks: Array.from({ length: Math.min(16, slot) }, (_, i) => blockAt(slot - 15 + i, nodes)),
    latenessMs: Array(16).fill(150),
    validators: Array.from({ length: 64 }, (_, index) => ({
      index,
      isActive: true,
      isSlashed: false,
      effectiveBalanceGwei: 32e9,
    })),
    machine: { cores: 2, load: 0.5, disk: { freeBytes: 50e9, totalBytes: 100e9 } },
    faults: [],
  }
}

function blockAt(slot: number, nodes: number): BlockEvidence {
  const proposerIndex = slot % 64
  const holder = Math.floor(proposerIndex / (64 / nodes))
  return {
    slot,
    root: rootOf(slot),
    proposerIndex,
    feeRecipient: `0x${String(holder).repeat(40)}`,
  }
}

export function syncingAt(headSlot: number, ownSlot: number): SyncingEvidence {
  return {
    headSlot,
    ownSlot,
    askedDuring: { first: 50, last: 50 },
    isSyncing: false,
    isOptimistic: false,
    isExecutionOffline: false,
  }
}

type NodeChange = Partial<Omit<NodeEvidence, 'consensus' | 'execution' | 'engine'>> & {
  readonly consensus?: Partial<ConsensusEvidence>
  readonly execution?: Partial<NodeEvidence['execution']>
  readonly engine?: Partial<NodeEvidence['engine']>
}

/** The same, but for some nodes, by name. */
export function withNodes(evidence: Evidence, changes: Readonly<Record<string, NodeChange>>): Evidence {
  const nodes = evidence.nodes.map((node): NodeEvidence => {
    const { consensus, execution, engine, ...rest } = changes[node.name] ?? {}
    return {
      ...node,
      ...rest,
      consensus: { ...node.consensus, ...consensus },
      execution: { ...node.execution, ...execution },
      engine: { ...node.engine, ...engine },
    }
  })
  return { ...evidence, nodes }
}

/** A node that runs no more: nobody asks it anything. */
export function gone(state: NodeEvidence['state']): NodeChange {
  return {
    state,
    consensus: {
      syncing: undefined,
      peers: undefined,
      head: undefined,
      tree: undefined,
      finality: undefined,
      votes: undefined,
    },
    execution: { head: undefined, genesisHash: undefined, peers: undefined, isSyncing: undefined },
    engine: { outcome: 'not-asked' },
  }
}

/** Where a node is on a branch of its own, with these peers only. */
export function onBranch(branch: string, headSlot: number, peers: readonly string[]): NodeChange {
  return {
    consensus: {
      peers,
      head: { slot: headSlot, root: rootOf(headSlot, branch) },
      tree: chainTo(headSlot, branch),
      syncing: syncingAt(headSlot, 50),
    },
  }
}
