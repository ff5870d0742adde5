import type { AccessListItem } from '@ethereumjs/tx'
import { bytesToHex, quantity } from '../bytes.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { estimateGas } from './estimate-gas.ts'
import { demandSuccess } from './execution-failure.ts'
import { findExecuted } from './find-block.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import { blockOverrideSchema, blockSchema, callSchema, stateOverrideSchema } from './schemas.ts'
import { simulate } from './simulate.ts'

/** Methods that run a transaction without sending it (execution-apis `eth/execute.yaml`). */
export function callMethods(node: ExecutionNode): RpcMethods {
  return {
    eth_call: method(
      [callSchema, blockSchema, stateOverrideSchema, blockOverrideSchema],
      async ([call, block, stateOverride, blockOverride]) => {
        const executed = await findExecuted(node, block)
        const outcome = await simulate(node, call, executed, { stateOverride, blockOverride })
        demandSuccess(outcome)
        return bytesToHex(outcome.returned)
      },
    ),
    eth_estimateGas: method(
      [callSchema, blockSchema, stateOverrideSchema, blockOverrideSchema],
      async ([call, block, stateOverride, blockOverride]) => {
        const executed = await findExecuted(node, block)
        return quantity(await estimateGas(node, call, executed, { stateOverride, blockOverride }))
      },
    ),
    eth_createAccessList: method(
      [callSchema, blockSchema, stateOverrideSchema],
      async ([call, block, stateOverride]) => {
        const executed = await findExecuted(node, block)
        const options = { stateOverride, reportAccessList: true }
        const outcome = await simulate(node, call, executed, options)
        const implicit = new Set([
          call.from,
          call.to,
          bytesToHex(executed.record.block.header.coinbase.bytes),
        ])
        const accessList = outcome.accessList.filter(
          ({ address, storageKeys }: AccessListItem) => storageKeys.length > 0 || !implicit.has(address),
        )
        const withList = await simulate(node, { ...call, accessList }, executed, options)
        return {
          accessList,
          gasUsed: quantity(withList.gasUsed),
          ...(withList.error === undefined ? {} : { error: withList.error }),
        }
      },
    ),
  }
}
