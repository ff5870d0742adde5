import { Block, type BlockHeader, createBlockHeader, type HeaderData } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import { indexedTrieRoot } from '../../../../../src/embedded/execution/state/indexed-trie-root.ts'

/** The fields of a header, without its computed ones. */
function fieldsOf(header: BlockHeader): HeaderData {
  const { parentHash, coinbase, stateRoot, transactionsTrie, receiptTrie, logsBloom, number, gasLimit } =
    header
  const { gasUsed, timestamp, extraData, mixHash, baseFeePerGas, withdrawalsRoot, blobGasUsed } = header
  const { excessBlobGas, parentBeaconBlockRoot, requestsHash } = header
  const early = {
    parentHash,
    coinbase,
    stateRoot,
    transactionsTrie,
    receiptTrie,
    logsBloom,
    number,
    gasLimit,
  }
  const middle = { gasUsed, timestamp, extraData, mixHash, baseFeePerGas, withdrawalsRoot, blobGasUsed }
  const late = { excessBlobGas, parentBeaconBlockRoot, requestsHash }
  const entries = Object.entries({ ...early, ...middle, ...late }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries)
}

/** The block with some fields changed, and a hash that fits: as a faulty or hostile client would make it. */
export function tampered(block: Block, changes: HeaderData, transactions?: TypedTransaction[]): Block {
  const { common } = block.header
  const body = transactions ?? block.transactions
  const roots =
    transactions === undefined
      ? {}
      : { transactionsTrie: indexedTrieRoot(body.map((transaction) => transaction.serialize())) }
  const header = createBlockHeader({ ...fieldsOf(block.header), ...roots, ...changes }, { common })
  return new Block(header, body, [], block.withdrawals, { common })
}
