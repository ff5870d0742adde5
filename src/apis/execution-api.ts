import { z } from 'zod'
import { ApiError, type FetchJson, fetchJson, type RequestOptions } from './http-json.ts'

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/i)
  .transform(Number)
/** The error comes first, since some servers send an empty result beside it. */
const answerSchema = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
  z.object({ result: z.unknown() }).refine((answer) => answer.result !== undefined),
])
const blockSchema = z.object({ number: quantity, hash: z.string() }).nullable()
const peersSchema = z.array(z.object({ id: z.string(), enode: z.string() }))

/** The part of the execution JSON-RPC that is used here. https://ethereum.github.io/execution-apis */
export class ExecutionApi {
  readonly url: string
  readonly #fetchJson: FetchJson

  constructor(url: string, fetch: FetchJson = fetchJson) {
    this.url = url
    this.#fetchJson = fetch
  }

  blockNumber(options?: RequestOptions): Promise<number> {
    return this.call('eth_blockNumber', [], quantity, options)
  }

  /** @returns null when the node has no such block. */
  block(tag: string, options?: RequestOptions): Promise<z.infer<typeof blockSchema>> {
    return this.call('eth_getBlockByNumber', [tag, false], blockSchema, options)
  }

  /** devp2p node ids (the public keys, 64 bytes in hex without 0x) of the connected peers. */
  async connectedPeers(options?: RequestOptions): Promise<string[]> {
    const peers = await this.call('admin_peers', [], peersSchema, options)
    return peers.map((peer) => new URL(peer.enode.replace(/^enode:/, 'http:')).username)
  }

  /**
   * One JSON-RPC call.
   *
   * @throws {ApiError} when there is no answer, or it is an error or not of the expected shape.
   */
  async call<T>(
    method: string,
    params: readonly unknown[],
    result: z.ZodType<T>,
    options?: RequestOptions,
  ): Promise<T> {
    const request = `${method} at ${this.url}`
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const answer = answerSchema.safeParse(await this.#fetchJson(this.url, init, options))
    if (!answer.success) throw new ApiError(request, 'the answer is not JSON-RPC')
    if ('error' in answer.data)
      throw new ApiError(request, `${answer.data.error.message} (${answer.data.error.code})`)
    const parsed = result.safeParse(answer.data.result)
    if (!parsed.success) throw new ApiError(request, `unexpected result: ${z.prettifyError(parsed.error)}`)
    return parsed.data
  }
}
