import type { Hex } from '../../../plan/manifest.ts'
import { quantity } from '../bytes.ts'
import { feeCaps } from '../chain/effective-price.ts'
import type { ExecutionNode } from '../execution-node.ts'
import type { PooledTransaction, SenderContent } from '../pool/transaction-pool.ts'
import { formatTransaction } from './format.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import { addressSchema } from './schemas.ts'

/** The transaction pool, as Geth shows it. */
export function poolMethods(node: ExecutionNode): RpcMethods {
  const formatFull = ({ transaction }: PooledTransaction) => formatTransaction(transaction)
  return {
    txpool_status: method([], () => {
      const contents = node.pool.senders().map((sender) => node.pool.content(sender))
      const count = (part: keyof SenderContent) =>
        quantity(contents.reduce((sum, content) => sum + content[part].length, 0))
      return { pending: count('pending'), queued: count('queued') }
    }),
    txpool_content: method([], () => byPart(node, formatFull)),
    txpool_inspect: method([], () => byPart(node, summary)),
    txpool_contentFrom: method([addressSchema], ([sender]) => {
      const { pending, queued } = node.pool.content(sender)
      return { pending: byNonce(pending, formatFull), queued: byNonce(queued, formatFull) }
    }),
  }
}

function byPart<Formatted>(node: ExecutionNode, format: (pooled: PooledTransaction) => Formatted) {
  const pending: Record<Hex, Record<string, Formatted>> = {}
  const queued: Record<Hex, Record<string, Formatted>> = {}
  for (const sender of node.pool.senders()) {
    const content = node.pool.content(sender)
    if (content.pending.length > 0) pending[sender] = byNonce(content.pending, format)
    if (content.queued.length > 0) queued[sender] = byNonce(content.queued, format)
  }
  return { pending, queued }
}

function byNonce<Formatted>(
  transactions: readonly PooledTransaction[],
  format: (pooled: PooledTransaction) => Formatted,
): Record<string, Formatted> {
  return Object.fromEntries(
    transactions.map((pooled) => [pooled.transaction.nonce.toString(), format(pooled)]),
  )
}

function summary({ transaction }: PooledTransaction): string {
  const target = transaction.to?.toString() ?? 'contract creation'
  return `${target}: ${transaction.value} wei + ${transaction.gasLimit} gas × ${feeCaps(transaction).maxFeeWei} wei`
}
