import type { Block } from '@ethereumjs/block'
import { type RunBlockResult, runBlock } from '@ethereumjs/vm'
import { InvalidBlockError, isFailedCheck, reasonOf } from './block-errors.ts'
import { BlockRecord, type ExecutedBlock } from './block-record.ts'
import type { ChainRules } from './chain-rules.ts'
import { receiptOf } from './receipts.ts'
import { validateHeader } from './validate-header.ts'
import type { BlockHashLookup, VmPool } from './vm-pool.ts'

/**
 * Checks a block against its parent and executes it, with every check of the protocol.
 * @throws InvalidBlockError when a check fails.
 */
export async function executeBlock(
  machines: VmPool,
  rules: ChainRules,
  block: Block,
  parent: ExecutedBlock,
  lookUp: BlockHashLookup,
): Promise<ExecutedBlock> {
  validateHeader(block.header, parent.record.block.header)
  const common = rules.commonAt(block.header.timestamp)
  return machines.use(common, parent.state, lookUp, async ({ vm, state }) => {
    let result: RunBlockResult
    try {
      // The header was checked above, where the parent is at hand.
      result = await runBlock(vm, { block, skipHeaderValidation: true, validateBlockSize: true })
    } catch (error) {
      throw isFailedCheck(error) ? new InvalidBlockError(reasonOf(error), error) : error
    }
    const baseFeeWei = block.header.baseFeePerGas ?? 0n
    const receipts = block.transactions.map((transaction, index) => {
      const transactionResult = result.results[index]
      if (transactionResult === undefined) throw new TypeError(`Transaction ${index} has no result.`)
      return receiptOf(transaction, transactionResult, baseFeeWei)
    })
    const requests = (result.requests ?? []).map(({ bytes }) => bytes).filter(({ length }) => length > 1)
    return { record: new BlockRecord(block, receipts, requests), state: state.toWorldState() }
  })
}
