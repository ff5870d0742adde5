import { type AfterTxEvent, runBlock, type VM } from '@ethereumjs/vm'
import { z } from 'zod'
import { bytesToHex, quantity } from '../bytes.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { CallTracer } from './call-tracer.ts'
import { RpcError } from './rpc-error.ts'
import { StructTracer } from './struct-tracer.ts'

/** What to trace, and how (Geth's TraceConfig). */
export const traceConfigSchema = z
  .object({
    tracer: z.string().optional(),
    enableMemory: z.boolean().default(false),
    disableStack: z.boolean().default(false),
    disableStorage: z.boolean().default(false),
    limit: z.number().int().nonnegative().default(0),
  })
  .optional()
  .transform(
    (config) =>
      config ?? {
        tracer: undefined,
        enableMemory: false,
        disableStack: false,
        disableStorage: false,
        limit: 0,
      },
  )

export type TraceConfig = z.output<typeof traceConfigSchema>

/** What a tracer needs to know of the end. */
export interface TracedResult {
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  readonly failed: boolean
  readonly returned: Uint8Array
}

export interface Tracer {
  listen(vm: VM): void
  result(outcome: TracedResult): unknown
}

/** @throws RpcError for a tracer that does not exist here. */
export function makeTracer(config: TraceConfig): Tracer {
  if (config.tracer === 'callTracer') {
    const calls = new CallTracer()
    return {
      listen: (vm) => calls.listen(vm),
      // The EVM sees the gas of the call only; the transaction's includes what it cost to start.
      result: ({ gasLimit, gasUsed }) => ({
        ...calls.root,
        gas: quantity(gasLimit),
        gasUsed: quantity(gasUsed),
      }),
    }
  }
  if (config.tracer !== undefined && config.tracer !== '') {
    throw new RpcError(
      'server',
      `the tracer ${config.tracer.slice(0, 100)} is not available: use callTracer or none`,
    )
  }
  const structs = new StructTracer(config)
  return {
    listen: (vm) => structs.listen(vm),
    result: ({ gasUsed, failed, returned }) => {
      structs.demandComplete()
      return {
        gas: Number(gasUsed),
        failed,
        returnValue: bytesToHex(returned),
        structLogs: structs.steps,
      }
    },
  }
}

/** Executes a block again, tracing the transactions whose index `isWanted`; one result each, in order. */
export async function traceBlock(
  node: ExecutionNode,
  record: BlockRecord,
  config: TraceConfig,
  isWanted: (index: number) => boolean = () => true,
): Promise<unknown[]> {
  const { block } = record
  const parent = node.chain.executed(record.parentHash)
  if (parent === undefined) {
    throw new RpcError('server', `the state before block ${record.number} is not kept`)
  }
  const common = node.shared.rules.commonAt(block.header.timestamp)
  const lookUp = node.chain.ancestorHashes(parent.record)
  const traces: unknown[] = []
  await node.shared.machines.use(common, parent.state, lookUp, async ({ vm }) => {
    let index = -1
    let tracer: Tracer | undefined
    vm.events.on('beforeTx', () => {
      index++
      tracer = isWanted(index) ? makeTracer(config) : undefined
      tracer?.listen(vm)
    })
    vm.events.on('afterTx', (result: AfterTxEvent) => {
      vm.evm.events?.removeAllListeners()
      if (tracer !== undefined) traces.push(tracer.result(tracedResult(result)))
    })
    await runBlock(vm, { block, skipBlockValidation: true, skipHeaderValidation: true })
  })
  return traces
}

function tracedResult({ transaction, totalGasSpent, execResult }: AfterTxEvent): TracedResult {
  return {
    gasLimit: transaction.gasLimit,
    gasUsed: totalGasSpent,
    failed: execResult.exceptionError !== undefined,
    returned: execResult.returnValue,
  }
}
