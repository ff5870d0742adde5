import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EngineProxy } from '../../../src/faults/engine-proxy/engine-proxy.ts'

interface Seen {
  readonly body: string
  readonly authorization: string | undefined
}

let server: Server
let seen: Seen[]
let proxy: EngineProxy

/** An execution client that answers every call with its method. */
beforeEach(async () => {
  seen = []
  server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    seen.push({ body, authorization: request.headers.authorization })
    const { id, method } = JSON.parse(body) as { id: number; method: string }
    if (method === 'eth_gone') return void response.destroy()
    response.writeHead(method === 'eth_forbidden' ? 401 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: `truth of ${method}` }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await EngineProxy.open({ port: (server.address() as AddressInfo).port })
})

afterEach(async () => {
  await proxy[Symbol.asyncDispose]()
  server.close()
  server.closeAllConnections()
})

function call(method: string, signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] })
  const headers = { 'content-type': 'application/json', authorization: 'Bearer token' }
  return fetch(proxy.url, { method: 'POST', headers, body, signal: signal ?? null })
}

/** Until a call is held back. */
function held(): Promise<void> {
  return vi.waitFor(() => expect(proxy.heldCount).toBe(1))
}

async function result(method: string): Promise<unknown> {
  return ((await (await call(method)).json()) as { result: unknown }).result
}

describe('without a fault', () => {
  test('calls go through as they are, token included, and so do answers and their status', async () => {
    expect(await result('engine_newPayloadV4')).toBe('truth of engine_newPayloadV4')
    expect(seen).toEqual([
      {
        body: '{"jsonrpc":"2.0","id":1,"method":"engine_newPayloadV4","params":[]}',
        authorization: 'Bearer token',
      },
    ])
    expect((await call('eth_forbidden')).status).toBe(401)
  })

  test('an execution client that hangs up is one that hangs up', async () => {
    await expect(call('eth_gone')).rejects.toThrow()
  })
})

describe('with a fault', () => {
  test('the execution client does not hear of calls that are lied to, and of all others it does', async () => {
    proxy.set('one', { kind: 'syncing' })
    expect(await result('engine_newPayloadV4')).toMatchObject({ status: 'SYNCING' })
    expect(await result('engine_forkchoiceUpdatedV3')).toMatchObject({ payloadId: null })
    expect(seen).toEqual([])
    expect(await result('engine_getPayloadV4')).toBe('truth of engine_getPayloadV4')
    proxy.set('one', undefined)
    expect(await result('engine_newPayloadV4')).toBe('truth of engine_newPayloadV4')
  })

  test('a silent one answers nothing, and hangs up on those who wait when the fault ends', async () => {
    proxy.set('one', { kind: 'silent', methods: ['newPayload'] })
    const waiting = call('engine_newPayloadV4')
    const outcome = waiting.then(
      () => 'answered',
      () => 'cut off',
    )
    await held()
    expect((await call('eth_chainId')).status).toBe(200)
    proxy.set('one', undefined)
    expect(await outcome).toBe('cut off')
    expect(seen.map(({ body }) => body)).toHaveLength(1)
  })

  test('a slow one tells the truth, once its time is over or the fault is', async () => {
    proxy.set('one', { kind: 'slow', delayMs: 60_000, methods: ['newPayload'] })
    const waiting = result('engine_newPayloadV4')
    await held()
    proxy.set('one', undefined)
    expect(await waiting).toBe('truth of engine_newPayloadV4')
    proxy.set('two', { kind: 'slow', delayMs: 5 })
    expect(await result('engine_newPayloadV4')).toBe('truth of engine_newPayloadV4')
  })

  test('whoever gives up waiting is forgotten', async () => {
    proxy.set('one', { kind: 'silent' })
    const abort = new AbortController()
    const waiting = call('engine_newPayloadV4', abort.signal)
    await held()
    abort.abort()
    await expect(waiting).rejects.toThrow()
    await vi.waitFor(() => expect(proxy.heldCount).toBe(0))
    expect(seen).toEqual([])
  })
})
