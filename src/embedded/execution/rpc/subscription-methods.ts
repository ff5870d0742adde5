import { z } from 'zod'
import type { Hex } from '../../../plan/manifest.ts'
import { quantity } from '../bytes.ts'
import type { ChainChange } from '../chain/block-tree.ts'
import type { ExecutionNode } from '../execution-node.ts'
import type { PooledTransaction } from '../pool/transaction-pool.ts'
import { formatHeader, formatTransaction } from './format.ts'
import { criteriaOf } from './log-query.ts'
import { RpcError } from './rpc-error.ts'
import { method, type RpcMethods, type RpcSession } from './rpc-method.ts'
import { logFilterSchema, quantity256Schema } from './schemas.ts'
import { logsOf } from './select-logs.ts'

const subscriptionsPerSessionMax = 128

const subscriptionKinds = ['newHeads', 'logs', 'newPendingTransactions', 'syncing'] as const
const subscriptionOptions = z.union([z.boolean(), logFilterSchema]).optional()

type Subscriptions = Map<Hex, () => void>

/** Subscriptions, over connections that stay open (Geth's `eth_subscribe`). */
export function subscriptionMethods(node: ExecutionNode): RpcMethods {
  const bySession = new WeakMap<RpcSession, Subscriptions>()
  let nextId = 1

  function subscriptionsOf(session: RpcSession): Subscriptions {
    const known = bySession.get(session)
    if (known !== undefined) return known
    const subscriptions: Subscriptions = new Map()
    bySession.set(session, subscriptions)
    session.onClose(() => {
      for (const end of subscriptions.values()) end()
    })
    return subscriptions
  }

  return {
    eth_subscribe: method([z.enum(subscriptionKinds), subscriptionOptions], ([kind, options], session) => {
      if (session === undefined) throw new RpcError('methodNotFound', 'notifications not supported')
      const subscriptions = subscriptionsOf(session)
      if (subscriptions.size >= subscriptionsPerSessionMax) {
        throw new RpcError('server', 'too many subscriptions')
      }
      const id = quantity(nextId++)
      const send = (result: unknown) => session.notify('eth_subscription', { subscription: id, result })
      subscriptions.set(id, listen(node, kind, options, send))
      return id
    }),
    eth_unsubscribe: method([quantity256Schema], ([id], session) => {
      const subscriptions = session === undefined ? undefined : bySession.get(session)
      const end = subscriptions?.get(quantity(id))
      if (end === undefined) throw new RpcError('server', 'subscription not found')
      end()
      return subscriptions?.delete(quantity(id)) ?? false
    }),
  }
}

/** Starts to send what a subscription is for; returns how to stop. */
function listen(
  node: ExecutionNode,
  kind: (typeof subscriptionKinds)[number],
  options: z.output<typeof subscriptionOptions>,
  send: (result: unknown) => void,
): () => void {
  if (kind === 'newPendingTransactions') {
    const isFull = options === true
    const onTransaction = ({ hash, transaction }: PooledTransaction) =>
      send(isFull ? formatTransaction(transaction) : hash)
    node.events.on('transaction', onTransaction)
    return () => node.events.off('transaction', onTransaction)
  }
  // The node is never seen syncing: it has a block or has not.
  if (kind === 'syncing') return () => {}
  const criteria = criteriaOf(typeof options === 'object' ? options : {})
  const onHead = ({ added, removed }: ChainChange) => {
    if (kind === 'newHeads') {
      for (const { block } of added) send(formatHeader(block.header))
      return
    }
    for (const record of removed) for (const log of logsOf(record, criteria, true)) send(log)
    for (const record of added) for (const log of logsOf(record, criteria)) send(log)
  }
  node.events.on('head', onHead)
  return () => node.events.off('head', onHead)
}
