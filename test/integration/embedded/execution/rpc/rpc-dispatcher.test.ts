import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { RpcError } from '../../../../../src/embedded/execution/rpc/rpc-error.ts'
import { method } from '../../../../../src/embedded/execution/rpc/rpc-method.ts'
import { clientOf } from '../support/rpc-client.ts'

const methods = {
  echo: method([z.string(), z.number().optional()], ([text, number]) => [text, number ?? null]),
  nothing: method([], () => undefined),
  fail: method([], () => {
    throw new RpcError('reverted', 'execution reverted', '0x1234')
  }),
  defect: method([], () => {
    throw new TypeError('a bug')
  }),
  big: method([z.number()], ([length]) => 'x'.repeat(length)),
}

const request = (name: string, params: unknown = [], id: unknown = 7) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: name, params })

describe('RpcDispatcher', () => {
  it('answers with the result and the identifier of the request', async () => {
    const client = clientOf(methods)
    expect(await client.send(request('echo', ['a', 2], 'me'))).toEqual({
      jsonrpc: '2.0',
      id: 'me',
      result: ['a', 2],
    })
    expect(await client.send(request('nothing', undefined, 0))).toEqual({
      jsonrpc: '2.0',
      id: 0,
      result: null,
    })
  })

  it.each<[string, string, number, unknown]>([
    ['text that is not JSON', '{', -32700, null],
    ['a number', '5', -32600, null],
    ['null', 'null', -32600, null],
    ['an empty batch', '[]', -32600, null],
    ['no method', '{"jsonrpc":"2.0","id":3}', -32600, 3],
    ['another protocol', '{"jsonrpc":"1.0","id":3,"method":"echo"}', -32600, 3],
    ['an identifier that is none', '{"jsonrpc":"2.0","id":{},"method":"echo"}', -32600, null],
    ['parameters by name', '{"jsonrpc":"2.0","id":3,"method":"echo","params":{"a":1}}', -32600, 3],
    ['an unknown method', request('other'), -32601, 7],
    ['the name of a property of objects', request('constructor'), -32601, 7],
    ['a missing parameter', request('echo'), -32602, 7],
    ['a wrong parameter', request('echo', [5]), -32602, 7],
    ['too many parameters', request('echo', ['a', 1, 2]), -32602, 7],
    ['an error of the method', request('fail'), 3, 7],
    ['a defect', request('defect'), -32603, 7],
  ])('answers %s with the standard’s code', async (_, text, code, id) => {
    expect(await clientOf(methods).send(text)).toMatchObject({ jsonrpc: '2.0', id, error: { code } })
  })

  it('names what is wrong with a parameter', async () => {
    const client = clientOf(methods)
    expect((await client.ask('echo')).error?.message).toBe('missing value for required argument 0')
    expect((await client.ask('echo', 'a', 'b')).error?.message).toMatch(/^invalid argument 1: /)
  })

  it('passes on the data of an error, and reports defects', async () => {
    const client = clientOf(methods)
    expect((await client.ask('fail')).error).toEqual({
      code: 3,
      message: 'execution reverted',
      data: '0x1234',
    })
    expect(client.defects).toEqual([])
    await client.ask('defect')
    expect(client.defects).toEqual([new TypeError('a bug')])
  })

  it('treats null as a parameter that is left out', async () => {
    expect(await clientOf(methods).result('echo', 'a', null)).toEqual(['a', null])
  })

  it('does not answer notifications', async () => {
    const client = clientOf(methods)
    const notification = { jsonrpc: '2.0', method: 'echo', params: ['a'] }
    expect(await client.send(JSON.stringify(notification))).toBeUndefined()
    expect(await client.send(JSON.stringify([notification, notification]))).toBeUndefined()
  })

  it('answers a batch in order, and each bad request in it by itself', async () => {
    const text = `[${request('echo', ['a'], 1)}, 5, ${request('other', [], 2)}, {"jsonrpc":"2.0","method":"echo"}]`
    expect(await clientOf(methods).send(text)).toMatchObject([
      { id: 1, result: ['a', null] },
      { id: null, error: { code: -32600 } },
      { id: 2, error: { code: -32601 } },
    ])
  })

  it('limits batches and answers', async () => {
    const client = clientOf(methods, { batchRequests: 3, responseLength: 1000 })
    const batch = (count: number, length: number) =>
      `[${Array.from({ length: count }, (_, id) => request('big', [length], id)).join()}]`
    expect(await client.send(batch(4, 1))).toMatchObject({
      error: { code: -32600, message: 'batch too large' },
    })
    expect((await client.ask('big', 1001)).error?.code).toBe(-32003)
    expect(await client.send(batch(3, 600))).toMatchObject([
      { id: 0 },
      { id: 1 },
      { id: 2, error: { code: -32003 } },
    ])
  })
})
