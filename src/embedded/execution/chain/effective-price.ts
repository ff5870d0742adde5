import type { TypedTransaction } from '@ethereumjs/tx'
import { bigIntMin } from '@ethereumjs/util'

/** What the sender pays at most for a unit of gas, and offers the proposer of it at most. */
export function feeCaps(transaction: TypedTransaction): { maxFeeWei: bigint; maxTipWei: bigint } {
  return 'maxFeePerGas' in transaction
    ? { maxFeeWei: transaction.maxFeePerGas, maxTipWei: transaction.maxPriorityFeePerGas }
    : { maxFeeWei: transaction.gasPrice, maxTipWei: transaction.gasPrice }
}

/** What the proposer gets for a unit of gas (EIP-1559); negative when the base fee is not covered. */
export function effectiveTip(transaction: TypedTransaction, baseFeeWei: bigint): bigint {
  const { maxFeeWei, maxTipWei } = feeCaps(transaction)
  return bigIntMin(maxFeeWei - baseFeeWei, maxTipWei)
}

/** What the sender pays for a unit of gas in a block of this base fee. */
export function effectiveGasPrice(transaction: TypedTransaction, baseFeeWei: bigint): bigint {
  return baseFeeWei + effectiveTip(transaction, baseFeeWei)
}
