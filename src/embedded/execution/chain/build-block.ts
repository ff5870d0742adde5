import { Block, createBlockHeader, genRequestsRoot, type HeaderData } from '@ethereumjs/block'
import { RLP } from '@ethereumjs/rlp'
import { Blob4844Tx, createMinimal4844TxFromNetworkWrapper, type TypedTransaction } from '@ethereumjs/tx'
import { createCLRequest, createWithdrawal, GWEI_TO_WEI, type Withdrawal } from '@ethereumjs/util'
import { runTx } from '@ethereumjs/vm'
import { sha256 } from '@noble/hashes/sha2.js'
import { indexedTrieRoot } from '../state/indexed-trie-root.ts'
import { isFailedCheck } from './block-errors.ts'
import { BlockRecord, type ExecutedBlock, type ReceiptRecord } from './block-record.ts'
import type { ChainRules } from './chain-rules.ts'
import { effectiveTip } from './effective-price.ts'
import type { FixedCommon } from './fixed-common.ts'
import { blockBloom, encodeReceiptRecord, receiptOf } from './receipts.ts'
import { collectRequests, writeHistory } from './system-calls.ts'
import type { BlockHashLookup, Machine, VmPool } from './vm-pool.ts'

/** What the consensus layer decides of a block (Engine API, PayloadAttributesV3). */
export interface BuildAttributes {
  /** Unix time in seconds. */
  readonly timestamp: number
  readonly prevRandao: Uint8Array
  readonly feeRecipient: Uint8Array
  readonly withdrawals: readonly WithdrawalAttributes[]
  readonly parentBeaconBlockRoot: Uint8Array
}

export interface WithdrawalAttributes {
  readonly index: number | bigint
  readonly validatorIndex: number | bigint
  readonly address: Uint8Array
  readonly amount: number | bigint
}

/** What the execution layer decides of a block. */
export interface BuildPreferences {
  /** At most 32 bytes. */
  readonly extraData: Uint8Array
  /** Gas limit wanted; blocks move towards it by at most 1/1024 each. The parent's when absent. */
  readonly gasLimit?: bigint
  /** Asked before each transaction; false ends the block there, so that building takes a bounded time. */
  readonly hasTime?: () => boolean
}

/** Transactions in the order in which to try them. */
export interface TransactionSource {
  /** The best one left, or undefined. */
  peek(): TypedTransaction | undefined
  /** It is in the block; its sender's next one may follow. */
  included(): void
  /** It does not fit or fails: nothing more of this sender. */
  skipped(): void
}

export interface BuiltBlock {
  readonly executed: ExecutedBlock
  /** What the fee recipient earns, in wei. */
  readonly valueWei: bigint
  /** The blob transactions of the block, with their sidecars. */
  readonly blobTransactions: readonly Blob4844Tx[]
}

/** Builds and executes a block on a parent. */
export async function buildBlock(
  machines: VmPool,
  rules: ChainRules,
  parent: ExecutedBlock,
  attributes: BuildAttributes,
  preferences: BuildPreferences,
  source: TransactionSource,
  lookUp: BlockHashLookup,
): Promise<BuiltBlock> {
  const common = rules.commonAt(attributes.timestamp)
  const header = startingHeader(common, parent, attributes, preferences)
  return machines.use(common, parent.state, lookUp, async (machine) => {
    await writeHistory(machine, common, header)
    const filled = await fillBlock(machine, common, header, source, preferences.hasTime)
    const withdrawals = attributes.withdrawals.map((withdrawal) => createWithdrawal(withdrawal))
    await creditWithdrawals(machine, withdrawals)
    const requests = await collectRequests(machine, common, filled.receipts)
    const state = machine.state.toWorldState()
    const finalHeader = createBlockHeader(
      {
        ...header,
        stateRoot: state.root,
        transactionsTrie: indexedTrieRoot(filled.transactions.map((transaction) => transaction.serialize())),
        receiptTrie: indexedTrieRoot(filled.receipts.map(encodeReceiptRecord)),
        withdrawalsRoot: indexedTrieRoot(withdrawals.map((withdrawal) => RLP.encode(withdrawal.raw()))),
        logsBloom: blockBloom(filled.receipts),
        gasUsed: filled.gasUsed,
        blobGasUsed: filled.blobGasUsed,
        ...(common.isActivatedEIP(7685)
          ? { requestsHash: genRequestsRoot(requests.map(createCLRequest), sha256) }
          : {}),
      },
      { common },
    )
    const block = new Block(finalHeader, filled.transactions, [], withdrawals, { common })
    return {
      executed: { record: new BlockRecord(block, filled.receipts, requests), state },
      valueWei: filled.valueWei,
      blobTransactions: filled.blobTransactions,
    }
  })
}

function startingHeader(
  common: FixedCommon,
  parent: ExecutedBlock,
  attributes: BuildAttributes,
  preferences: BuildPreferences,
) {
  const parentHeader = parent.record.block.header
  return {
    parentHash: parentHeader.hash(),
    number: parentHeader.number + 1n,
    timestamp: BigInt(attributes.timestamp),
    gasLimit: nextGasLimit(parentHeader.gasLimit, preferences.gasLimit ?? parentHeader.gasLimit),
    coinbase: attributes.feeRecipient,
    mixHash: attributes.prevRandao,
    extraData: preferences.extraData,
    parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
    baseFeePerGas: parentHeader.calcNextBaseFee(),
    excessBlobGas: parentHeader.calcNextExcessBlobGas(common),
  } satisfies HeaderData
}

/** The limit nearest to the wanted one that the parent allows (Yellow Paper, section 4.4.4). */
export function nextGasLimit(parentGasLimit: bigint, wanted: bigint): bigint {
  const step = parentGasLimit / 1024n - 1n
  if (wanted > parentGasLimit + step) return parentGasLimit + step
  return wanted < parentGasLimit - step ? parentGasLimit - step : wanted
}

async function fillBlock(
  { vm }: Machine,
  common: FixedCommon,
  header: ReturnType<typeof startingHeader>,
  source: TransactionSource,
  hasTime: () => boolean = () => true,
) {
  const environment = new Block(createBlockHeader(header, { common }), [], [], [], { common })
  const transactions: TypedTransaction[] = []
  const blobTransactions: Blob4844Tx[] = []
  const receipts: ReceiptRecord[] = []
  const { maxBlobGasPerBlock } = common.getBlobGasSchedule()
  let gasUsed = 0n
  let blobGasUsed = 0n
  let valueWei = 0n
  for (let next = source.peek(); next !== undefined && hasTime(); next = source.peek()) {
    const blobGas = next instanceof Blob4844Tx ? BigInt(next.numBlobs()) * common.param('blobGasPerBlob') : 0n
    if (gasUsed + next.gasLimit > header.gasLimit || blobGasUsed + blobGas > maxBlobGasPerBlock) {
      source.skipped()
      continue
    }
    try {
      const result = await runTx(vm, { tx: next, block: environment, blockGasUsed: gasUsed })
      const receipt = receiptOf(next, result, header.baseFeePerGas)
      gasUsed += receipt.gasUsed
      blobGasUsed += blobGas
      valueWei += receipt.gasUsed * effectiveTip(next, header.baseFeePerGas)
      transactions.push(next instanceof Blob4844Tx ? withoutSidecar(next, common) : next)
      if (next instanceof Blob4844Tx) blobTransactions.push(next)
      receipts.push(receipt)
      source.included()
    } catch (error) {
      // A transaction that has become invalid is left out; a defect is not hidden.
      if (!isFailedCheck(error)) throw error
      source.skipped()
    }
  }
  return { transactions, blobTransactions, receipts, gasUsed, blobGasUsed, valueWei }
}

/** Blocks hold blob transactions without their blobs (EIP-4844, networking). */
function withoutSidecar(transaction: Blob4844Tx, common: FixedCommon): Blob4844Tx {
  return transaction.blobs === undefined
    ? transaction
    : createMinimal4844TxFromNetworkWrapper(transaction, { common })
}

async function creditWithdrawals({ state }: Machine, withdrawals: readonly Withdrawal[]): Promise<void> {
  for (const { address, amount } of withdrawals) {
    if (amount === 0n) continue
    const balance = (await state.getAccount(address))?.balance ?? 0n
    await state.modifyAccountFields(address, { balance: balance + amount * GWEI_TO_WEI })
  }
}
