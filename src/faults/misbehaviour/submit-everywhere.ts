import type { BeaconApi } from '../../apis/beacon-api.ts'
import type { RequestOptions } from '../../apis/http-json.ts'

/**
 * Hands a message in at every node, since one alone may be cut off; it is enough that one takes it.
 *
 * @throws {ApiError} when none does
 */
export async function submitEverywhere(
  apis: readonly BeaconApi[],
  { path, body }: { readonly path: string; readonly body: unknown },
  options: RequestOptions & { readonly version: string },
): Promise<void> {
  const results = await Promise.allSettled(apis.map((api) => api.submit(path, body, options)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined && results.every(({ status }) => status === 'rejected')) throw failed.reason
}
