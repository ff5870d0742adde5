import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ExecutionApi } from '../../../src/apis/execution-api.ts'
import { ApiError } from '../../../src/apis/http-json.ts'
import { answering, startServer } from './http-server.ts'

async function ask<T>(answer: unknown, call: (api: ExecutionApi) => Promise<T>) {
  await using server = await startServer(answering(answer))
  const result = await call(new ExecutionApi(server.url))
  return { result, request: JSON.parse(server.requests[0]?.body ?? '') }
}

it('reads the number of the head', async () => {
  expect(await ask({ jsonrpc: '2.0', id: 1, result: '0x1f' }, (api) => api.blockNumber())).toEqual({
    result: 31,
    request: { jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] },
  })
})

describe('a block', () => {
  it('has its number and its hash', async () => {
    const block = { number: '0x19', hash: '0xaa', gasUsed: '0x0' }
    expect(await ask({ result: block }, (api) => api.block('latest'))).toMatchObject({
      result: { number: 25, hash: '0xaa' },
      request: { method: 'eth_getBlockByNumber', params: ['latest', false] },
    })
  })

  it('is null where the node has none', async () => {
    expect((await ask({ result: null }, (api) => api.block('0x99'))).result).toBeNull()
  })
})

it('reads the ids of the connected peers out of their addresses', async () => {
  const id = 'ab'.repeat(64)
  const peer = { id: 'hash of it', enode: `enode://${id}@127.1.0.10:20002?discport=0`, name: 'Geth' }
  expect((await ask({ result: [peer] }, (api) => api.connectedPeers())).result).toEqual([id])
})

describe('an error', () => {
  it.each([
    ['of the node', { error: { code: -32601, message: 'the method does not exist' } }, 'exist (-32601)'],
    ['an unexpected result', { result: 31 }, 'unexpected result'],
    ['a result that is missing', { jsonrpc: '2.0', id: 1 }, 'the answer is not JSON-RPC'],
    ['an answer of another kind', [], 'the answer is not JSON-RPC'],
  ])('is %s', async (_, answer, message) => {
    const failure = ask(answer, (api) => api.blockNumber())
    await expect(failure).rejects.toThrow(ApiError)
    await expect(failure).rejects.toThrow(message)
    await expect(failure).rejects.toThrow('eth_blockNumber at http://127.0.0.1')
  })

  it('is no result where none is expected', async () => {
    const answer = { error: { code: -32000, message: 'no' }, result: null }
    const setHead = (api: ExecutionApi) => api.call('debug_setHead', ['0x1'], z.null())
    await expect(ask(answer, setHead)).rejects.toThrow('no (-32000)')
  })
})
