import type { ExecutionNode } from '../execution-node.ts'
import { blockMethods } from './block-methods.ts'
import { callMethods } from './call-methods.ts'
import { debugMethods } from './debug-methods.ts'
import { feeMethods } from './fee-methods.ts'
import { filterMethods } from './filter-methods.ts'
import { anonymousNode, type NodeDescription, nodeMethods } from './node-methods.ts'
import { poolMethods } from './pool-methods.ts'
import type { RpcMethods } from './rpc-method.ts'
import { stateMethods } from './state-methods.ts'
import { subscriptionMethods } from './subscription-methods.ts'
import { transactionMethods } from './transaction-methods.ts'

/** All methods of a node's JSON-RPC, by name. */
export function ethMethods(node: ExecutionNode, description: NodeDescription = anonymousNode): RpcMethods {
  return {
    ...nodeMethods(node, description),
    ...blockMethods(node),
    ...transactionMethods(node),
    ...stateMethods(node),
    ...callMethods(node),
    ...feeMethods(node),
    ...filterMethods(node),
    ...subscriptionMethods(node),
    ...poolMethods(node),
    ...debugMethods(node),
  }
}
