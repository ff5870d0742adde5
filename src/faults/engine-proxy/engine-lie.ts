import { z } from 'zod'
import type { EngineFault } from '../../embedded/engine/engine-fault.ts'

const callSchema = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string(),
})
const callsSchema = z.union([callSchema, z.array(callSchema).max(1_000)])
type Call = z.infer<typeof callSchema>

/** Names of the methods that a JSON-RPC request calls; none for what is no such request. */
export function methodsIn(body: Buffer): string[] {
  return [callsOf(body) ?? []].flat().map(({ method }) => method)
}

/**
 * What is answered in place of the execution client, as JSON; undefined for faults that change no answer.
 */
export function engineLie(fault: EngineFault, body: Buffer): string | undefined {
  if (fault.kind !== 'syncing' && fault.kind !== 'invalid') return undefined
  const status = fault.kind === 'syncing' ? syncing : invalid
  const calls = callsOf(body)
  if (calls === undefined) return undefined
  return JSON.stringify(
    Array.isArray(calls) ? calls.map((call) => answerTo(call, status)) : answerTo(calls, status),
  )
}

const syncing = { status: 'SYNCING', latestValidHash: null, validationError: null }
const invalid = { status: 'INVALID', latestValidHash: null, validationError: 'made invalid by a fault' }

/** By the method's own form of answer (Engine API, PayloadStatusV1 and ForkchoiceUpdatedResponse). */
function answerTo({ id = null, method }: Call, status: typeof syncing | typeof invalid) {
  const result = method.startsWith('engine_forkchoiceUpdated')
    ? { payloadStatus: status, payloadId: null }
    : status
  return { jsonrpc: '2.0', id, result }
}

function callsOf(body: Buffer): Call | Call[] | undefined {
  try {
    return callsSchema.safeParse(JSON.parse(body.toString('utf8'))).data
  } catch {
    return undefined
  }
}
