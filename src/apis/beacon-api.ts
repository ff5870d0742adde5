import { z } from 'zod'
import { ApiError, type FetchJson, fetchJson, type RequestOptions } from './http-json.ts'

const uint = z.string().regex(/^\d+$/).transform(Number)
const root = z.string().regex(/^0x[0-9a-f]{64}$/i)
const checkpoint = z.object({ epoch: uint, root })

const headerDataSchema = z.object({
  root,
  header: z.object({
    message: z.object({ slot: uint, proposer_index: uint, parent_root: root }),
  }),
})
const headerSchema = z.object({ data: headerDataSchema })
const headersSchema = z.object({ data: z.array(headerDataSchema) })
const finalitySchema = z.object({
  data: z.object({ previous_justified: checkpoint, current_justified: checkpoint, finalized: checkpoint }),
})
const syncingSchema = z.object({
  data: z.object({
    head_slot: uint,
    sync_distance: uint,
    is_syncing: z.boolean(),
    is_optimistic: z.boolean(),
    el_offline: z.boolean().optional(),
  }),
})
const genesisSchema = z.object({ data: z.object({ genesis_time: uint, genesis_validators_root: root }) })
const peersSchema = z.object({ data: z.array(z.object({ peer_id: z.string(), direction: z.string() })) })
export interface Checkpoint {
  readonly epoch: number
  readonly root: string
}

/** A beacon block's header, by the names of the Beacon API. */
export interface BlockHeader {
  readonly root: string
  readonly slot: number
  readonly proposerIndex: number
  readonly parentRoot: string
}

export interface FinalityCheckpoints {
  readonly previousJustified: Checkpoint
  readonly currentJustified: Checkpoint
  readonly finalized: Checkpoint
}

export interface SyncingStatus {
  readonly headSlot: number
  /** Slots from the head to the present one by the node's own clock. */
  readonly syncDistance: number
  readonly isSyncing: boolean
  readonly isOptimistic: boolean
  /** False where a client does not tell. */
  readonly isExecutionOffline: boolean
}

/**
 * The part of the standard Beacon API that is used here, over HTTP.
 * https://ethereum.github.io/beacon-APIs
 */
export class BeaconApi {
  readonly url: string
  readonly #fetchJson: FetchJson

  constructor(url: string, fetch: FetchJson = fetchJson) {
    this.url = url
    this.#fetchJson = fetch
  }

  /** @returns undefined when the node has no such block (404), e.g. for a slot without one. */
  async header(blockId: string | number, options?: RequestOptions): Promise<BlockHeader | undefined> {
    const answer = await this.get(`/eth/v1/beacon/headers/${blockId}`, headerSchema, options).catch(
      undefinedIfMissing,
    )
    return answer && toBlockHeader(answer.data)
  }

  /** All blocks that the node has of a slot, those of abandoned branches included. */
  async headersAt(slot: number, options?: RequestOptions): Promise<BlockHeader[]> {
    const answer = await this.get(`/eth/v1/beacon/headers?slot=${slot}`, headersSchema, options).catch(
      undefinedIfMissing,
    )
    return answer?.data.map(toBlockHeader) ?? []
  }

  async finalityCheckpoints(stateId = 'head', options?: RequestOptions): Promise<FinalityCheckpoints> {
    const path = `/eth/v1/beacon/states/${stateId}/finality_checkpoints`
    const { data } = await this.get(path, finalitySchema, options)
    return {
      previousJustified: data.previous_justified,
      currentJustified: data.current_justified,
      finalized: data.finalized,
    }
  }

  async syncing(options?: RequestOptions): Promise<SyncingStatus> {
    const { data } = await this.get('/eth/v1/node/syncing', syncingSchema, options)
    return {
      headSlot: data.head_slot,
      syncDistance: data.sync_distance,
      isSyncing: data.is_syncing,
      isOptimistic: data.is_optimistic,
      isExecutionOffline: data.el_offline ?? false,
    }
  }

  /** Peer ids of the connected peers. */
  async connectedPeers(options?: RequestOptions): Promise<string[]> {
    const { data } = await this.get('/eth/v1/node/peers?state=connected', peersSchema, options)
    return data.map((peer) => peer.peer_id)
  }

  async genesis(options?: RequestOptions): Promise<{ genesisTime: number; genesisValidatorsRoot: string }> {
    const { data } = await this.get('/eth/v1/beacon/genesis', genesisSchema, options)
    return { genesisTime: data.genesis_time, genesisValidatorsRoot: data.genesis_validators_root }
  }

  /**
   * Asks any endpoint of the API.
   *
   * @throws {ApiError} when there is no answer, or it is not of the expected shape.
   */
  get<T>(path: string, schema: z.ZodType<T>, options?: RequestOptions): Promise<T> {
    return this.#ask('GET', path, {}, schema, options)
  }

  /** As {@link get}, for endpoints that are asked by a JSON body. */
  post<T>(path: string, body: unknown, schema: z.ZodType<T>, options?: RequestOptions): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    return this.#ask('POST', path, { headers, body: JSON.stringify(body) }, schema, options)
  }

  /**
   * Hands something in that is answered with nothing.
   *
   * @param options - `version`: the fork whose format the body has
   * @throws {ApiError} when it is refused, or there is no answer.
   */
  async submit(path: string, body: unknown, options: RequestOptions & { version: string }): Promise<void> {
    const { version, ...request } = options
    const headers = { 'content-type': 'application/json', 'eth-consensus-version': version }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    await this.#fetchJson(`${this.url}${path}`, init, request)
  }

  async #ask<T>(
    method: 'GET' | 'POST',
    path: string,
    init: RequestInit,
    schema: z.ZodType<T>,
    options?: RequestOptions,
  ): Promise<T> {
    const url = `${this.url}${path}`
    const request: RequestInit = method === 'GET' ? init : { method, ...init }
    const answer = schema.safeParse(await this.#fetchJson(url, request, options))
    if (answer.success) return answer.data
    throw new ApiError(`${method} ${url}`, `unexpected answer: ${z.prettifyError(answer.error)}`)
  }
}

function toBlockHeader({ root, header }: z.infer<typeof headerDataSchema>): BlockHeader {
  const { slot, proposer_index: proposerIndex, parent_root: parentRoot } = header.message
  return { root, slot, proposerIndex, parentRoot }
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined
  throw error
}
