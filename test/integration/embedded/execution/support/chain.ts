import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { BlockRecord } from '../../../../../src/embedded/execution/chain/block-record.ts'
import type { BuildAttributes } from '../../../../../src/embedded/execution/chain/build-block.ts'
import { SharedExecution } from '../../../../../src/embedded/execution/chain/shared-execution.ts'
import {
  ExecutionNode,
  type ExecutionNodeOptions,
} from '../../../../../src/embedded/execution/execution-node.ts'
import { makeExecutionGenesis } from '../../../../../src/genesis/execution-genesis.ts'
import type { ForkSchedule, Hex, Manifest } from '../../../../../src/plan/manifest.ts'

export const genesisTime = 1_700_000_000
export const slotSeconds = 2
export const zeroHash: Hex = `0x${'00'.repeat(32)}`

/** Three accounts with 1000 ether each. The keys are the integers 1, 2 and 3. */
export const accounts: readonly [PrivateKeyAccount, PrivateKeyAccount, PrivateKeyAccount] = [
  testAccount(1),
  testAccount(2),
  testAccount(3),
]

export function testAccount(key: number): PrivateKeyAccount {
  return privateKeyToAccount(`0x${key.toString(16).padStart(64, '0')}`)
}

export const atGenesis = {
  cancun: { deneb: 0 },
  prague: { electra: 0 },
  osaka: { fulu: 0 },
} as const satisfies Record<string, ForkSchedule>

/** A Geth genesis file with the test accounts. Electra unless told otherwise. */
export function testGenesis(forks: ForkSchedule = atGenesis.prague, funded: readonly Hex[] = []) {
  const addresses = [...accounts.map(({ address }) => address), ...funded]
  const manifest = {
    chain: {
      chainId: 1337,
      preset: 'minimal',
      slotDurationMs: slotSeconds * 1000,
      slotsPerEpoch: 8,
      epochsPerSyncCommitteePeriod: 8,
      minSeedLookahead: 1,
      lateBlockReorgs: true,
      forks,
    },
    accounts: addresses.map((address) => ({
      address,
      privateKey: zeroHash,
      balanceWei: (1000n * 10n ** 18n).toString(),
    })),
  } satisfies Partial<Manifest>
  return makeExecutionGenesis(manifest as unknown as Manifest, genesisTime)
}

export function sharedExecution(forks?: ForkSchedule): SharedExecution {
  return new SharedExecution(testGenesis(forks))
}

/** A node whose clock stands still at the genesis. */
export function testNode(
  shared: SharedExecution = sharedExecution(),
  options: Partial<ExecutionNodeOptions> = {},
): ExecutionNode {
  return new ExecutionNode({ shared, now: () => genesisTime * 1000, ...options })
}

/** Attributes of the block after the head; `seed` makes blocks differ. */
export function attributesAfter(record: BlockRecord, seed = 0, slots = 1): BuildAttributes {
  return {
    timestamp: Number(record.block.header.timestamp) + slots * slotSeconds,
    prevRandao: new Uint8Array(32).fill(seed),
    feeRecipient: new Uint8Array(20).fill(0xfe),
    withdrawals: [],
    parentBeaconBlockRoot: new Uint8Array(32).fill(seed),
  }
}

export async function makeHead(
  node: ExecutionNode,
  record: Pick<BlockRecord, 'hash'>,
  finalized: Hex = zeroHash,
) {
  return node.forkchoiceUpdated({
    headBlockHash: record.hash,
    safeBlockHash: finalized,
    finalizedBlockHash: finalized,
  })
}

/** Builds a block on the node's head, imports it and makes it the head. */
export async function produce(
  node: ExecutionNode,
  attributes: Partial<BuildAttributes> = {},
): Promise<BlockRecord> {
  const head = node.chain.head
  const built = await node.build(head, { ...attributesAfter(head.record), ...attributes })
  const { record } = built.executed
  await node.importBlock(record.block)
  await makeHead(node, record, node.chain.finalized?.hash)
  return record
}

/** Signs a transfer, or a call or a creation, with sensible defaults. */
export async function signTransaction(
  account: PrivateKeyAccount,
  transaction: Partial<Parameters<PrivateKeyAccount['signTransaction']>[0]> & { nonce: number },
): Promise<Hex> {
  const request = {
    chainId: 1337,
    type: 'eip1559',
    gas: 21_000n,
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
    ...transaction,
  }
  return account.signTransaction(request as Parameters<PrivateKeyAccount['signTransaction']>[0])
}
