import { sign } from 'hono/jwt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type EngineServerOptions,
  startEngineServer,
} from '../../../../../src/embedded/execution/server/engine-server.ts'
import type { RpcServer } from '../../../../../src/embedded/execution/server/rpc-server.ts'
import { testNode } from '../support/chain.ts'

const nowSeconds = 1_700_000_000
// The library signs with text, so the secret is one.
const secretText = 'a secret of thirty-two bytes....'
const jwtSecret = Uint8Array.from(Buffer.from(secretText))

let server: RpcServer

beforeAll(async () => {
  const options: EngineServerOptions = {
    node: testNode(),
    jwtSecret,
    wallClock: () => nowSeconds * 1000,
    onDefect: () => {},
  }
  server = await startEngineServer(options)
})

afterAll(() => server[Symbol.asyncDispose]())

async function ask(
  authorization: string | undefined,
  method = 'engine_exchangeCapabilities',
  params: unknown[] = [[]],
) {
  const headers = {
    'content-type': 'application/json',
    ...(authorization === undefined ? {} : { authorization }),
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(server.url, { method: 'POST', headers, body })
  return { status: response.status, body: response.status === 200 ? await response.json() : undefined }
}

const bearer = async (payload: object, secret = secretText, algorithm: 'HS256' | 'HS512' = 'HS256') =>
  `Bearer ${await sign(payload as Parameters<typeof sign>[0], secret, algorithm)}`

describe('the engine server', () => {
  it('serves the engine and the eth methods to who knows the secret', async () => {
    const token = await bearer({ iat: nowSeconds })
    expect((await ask(token)).body).toMatchObject({ result: expect.arrayContaining(['engine_newPayloadV4']) })
    expect((await ask(token, 'eth_chainId', [])).body).toMatchObject({ result: '0x539' })
  })

  it.each([-60, 60])('takes a token that is %i seconds off', async (offset) => {
    expect((await ask(await bearer({ iat: nowSeconds + offset }))).status).toBe(200)
  })

  it.each<[string, () => Promise<string | undefined>]>([
    ['no token', async () => undefined],
    ['an empty token', async () => 'Bearer '],
    ['no bearer', async () => (await bearer({ iat: nowSeconds })).replace('Bearer ', '')],
    ['a token too old', () => bearer({ iat: nowSeconds - 61 })],
    ['a token of the future', () => bearer({ iat: nowSeconds + 61 })],
    ['a token without a time', () => bearer({})],
    ['a time that is no number', () => bearer({ iat: 'now' })],
    ['another secret', () => bearer({ iat: nowSeconds }, 'another secret')],
    ['another algorithm', () => bearer({ iat: nowSeconds }, secretText, 'HS512')],
    [
      'no signature',
      async () => {
        const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
        return `Bearer ${encode({ alg: 'none', typ: 'JWT' })}.${encode({ iat: nowSeconds })}.`
      },
    ],
    ['a token that is none', async () => 'Bearer a.b.c'],
  ])('refuses %s', async (_, make) => {
    expect((await ask(await make())).status).toBe(401)
  })
})
