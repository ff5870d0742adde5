import type { BlockHeader } from '@ethereumjs/block'
import { type deneb, ssz } from '@lodestar/types'

/** The genesis block of the execution layer as the beacon state has it (`deneb/beacon-chain.md`). */
export function toExecutionPayloadHeader(header: BlockHeader): deneb.ExecutionPayloadHeader {
  const { Transactions } = ssz.bellatrix
  const { Withdrawals } = ssz.capella
  return {
    ...ssz.deneb.ExecutionPayloadHeader.defaultValue(),
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptTrie,
    gasLimit: Number(header.gasLimit),
    timestamp: Number(header.timestamp),
    baseFeePerGas: header.baseFeePerGas ?? 0n,
    blockHash: header.hash(),
    transactionsRoot: Transactions.hashTreeRoot(Transactions.defaultValue()),
    withdrawalsRoot: Withdrawals.hashTreeRoot(Withdrawals.defaultValue()),
  }
}
