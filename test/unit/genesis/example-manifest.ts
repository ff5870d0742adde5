import type { ChainPlan, Hex, Manifest, NodePlan, ValidatorsPlan } from '../../../src/plan/manifest.ts'

/** 2023-11-14T22:13:20Z. */
export const exampleGenesisTime = 1_700_000_000

export const feeRecipients: readonly Hex[] = [`0x${'a0'.repeat(20)}`, `0x${'b1'.repeat(20)}`]

const defaultChain: ChainPlan = {
  chainId: 1337,
  preset: 'minimal',
  slotDurationMs: 2000,
  slotsPerEpoch: 8,
  epochsPerSyncCommitteePeriod: 8,
  minSeedLookahead: 1,
  forks: { electra: 0 },
  lateBlockReorgs: true,
}

interface ExampleChanges {
  readonly chain?: Partial<ChainPlan>
  readonly validators?: Partial<ValidatorsPlan>
  readonly accounts?: Manifest['accounts']
}

/** Two nodes that share the validators evenly, and one prefunded account. */
export function exampleManifest({ chain, validators, accounts }: ExampleChanges = {}): Manifest {
  const plan: ValidatorsPlan = {
    count: 16,
    balanceGwei: 32_000_000_000,
    keys: { kind: 'interop' },
    ...validators,
  }
  const half = Math.ceil(plan.count / 2)
  return {
    formatVersion: 2,
    name: 'example',
    time: 'real',
    seed: 1,
    chain: { ...defaultChain, ...chain },
    validators: plan,
    accounts: accounts ?? [
      {
        address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
        privateKey: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
        balanceWei: '10000000000000000000000',
      },
    ],
    nodes: [exampleNode(0, 0, half), exampleNode(1, half, plan.count - half)],
    edges: [
      {
        a: 'node-0',
        b: 'node-1',
        address: '127.0.2.1',
        links: { execution: 'sockets', consensus: 'sockets' },
      },
    ],
    next: { nodeIndex: 2, edgeIndex: 1 },
  }
}

function exampleNode(index: number, first: number, count: number): NodePlan {
  const feeRecipient = feeRecipients[index]
  if (feeRecipient === undefined) throw new RangeError(`There is no example node ${index}`)
  return {
    index,
    name: `node-${index}`,
    execution: 'geth',
    consensus: 'prysm',
    validators: { first, count },
    validatorClient: 'own',
    address: `127.0.1.${10 + index}`,
    ports: {
      executionRpc: 8545,
      executionEngine: 8551,
      executionP2p: 30303,
      consensusApi: 3500,
      consensusRpc: 4000,
      consensusP2p: 13000,
      validatorApi: 7500,
    },
    devp2p: { privateKey: `0x${'01'.repeat(32)}`, nodeId: `0x${'02'.repeat(64)}` },
    libp2p: { privateKey: `0x${'03'.repeat(32)}`, peerId: 'peer' },
    feeRecipient,
  }
}
