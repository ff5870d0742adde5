import { z } from 'zod'
import { quantity } from '../bytes.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { FilterRegistry } from './filters.ts'
import { queryLogs } from './log-query.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import { logFilterSchema, quantity64Schema } from './schemas.ts'

const filterIdSchema = quantity64Schema.transform((id) => quantity(id))

/** Logs and filters (execution-apis `eth/filter.yaml`). */
export function filterMethods(node: ExecutionNode): RpcMethods {
  const filters = new FilterRegistry(node)
  return {
    eth_getLogs: method([logFilterSchema], ([filter]) => queryLogs(node, filter)),
    eth_newFilter: method([logFilterSchema], ([filter]) => filters.addLogs(filter)),
    eth_newBlockFilter: method([], () => filters.addBlocks()),
    eth_newPendingTransactionFilter: method([z.boolean().optional()], () => filters.addTransactions()),
    eth_uninstallFilter: method([filterIdSchema], ([id]) => filters.remove(id)),
    eth_getFilterChanges: method([filterIdSchema], ([id]) => filters.changes(id)),
    eth_getFilterLogs: method([filterIdSchema], ([id]) => queryLogs(node, filters.request(id))),
  }
}
