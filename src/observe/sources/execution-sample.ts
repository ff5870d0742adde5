import { z } from 'zod'
import type { BeaconApi } from '../../apis/beacon-api.ts'
import type { ExecutionApi } from '../../apis/execution-api.ts'
import type { RequestOptions } from '../../apis/http-json.ts'
import type { NodeEventData } from '../../apis/node-event.ts'

const hash = z.string().regex(/^0x[0-9a-f]{64}$/i)
const payload = z.object({ block_hash: hash })
const blockSchema = z.object({
  data: z.object({ message: z.object({ body: z.object({ execution_payload: payload }) }) }),
})

/**
 * Compares a node's two clients at one moment: undefined when its head moved meanwhile, or waits for the
 * execution client's word, as then nothing can be said.
 *
 * @throws {ApiError}
 */
export async function sampleExecution(
  { beaconApi, executionApi }: { readonly beaconApi: BeaconApi; readonly executionApi: ExecutionApi },
  options?: RequestOptions,
): Promise<(NodeEventData & { topic: 'execution' }) | undefined> {
  const before = await beaconApi.header('head', options)
  if (before === undefined || before.slot === 0) return undefined
  const path = `/eth/v2/beacon/blocks/${before.root}`
  const { data } = await beaconApi.get(path, blockSchema, options)
  const latest = await executionApi.block('latest', options)
  const [after, syncing] = await Promise.all([beaconApi.header('head', options), beaconApi.syncing(options)])
  if (after?.root !== before.root || syncing.isOptimistic || latest === null) return undefined
  const payloadHash = data.message.body.execution_payload.block_hash
  const { slot, root: headRoot } = before
  return { topic: 'execution', slot, headRoot, payloadHash, executionHash: latest.hash }
}
