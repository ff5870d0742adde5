import { describe, expect, it } from 'vitest'
import { ApiError, fetchJson, postJson } from '../../../src/apis/http-json.ts'
import { answering, startServer } from './http-server.ts'

async function failureOf(action: Promise<unknown>): Promise<ApiError> {
  const error = await action.catch((failure: unknown) => failure)
  if (error instanceof ApiError) return error
  throw new Error(`expected an ApiError, and there was ${error}`)
}

describe('fetchJson', () => {
  it('gives what was answered', async () => {
    await using server = await startServer(answering({ a: [1] }))
    expect(await fetchJson(`${server.url}/x`)).toEqual({ a: [1] })
    expect(server.requests).toEqual([{ method: 'GET', path: '/x', body: '' }])
  })

  it.each([404, 500])('fails at status %i, and keeps it and what was said', async (status) => {
    await using server = await startServer(answering('no such block', status))
    const failure = await failureOf(fetchJson(`${server.url}/x`))
    expect(failure).toMatchObject({ code: 'api-request', category: 'runtime', status, facts: { status } })
    expect(failure.shortMessage).toBe(`GET ${server.url}/x: ${status} no such block`)
  })

  it('fails at what is not JSON, and shows the beginning of it', async () => {
    await using server = await startServer(answering(`<html>${'x'.repeat(1_000)}`))
    const failure = await failureOf(fetchJson(server.url))
    expect(failure.shortMessage).toContain('not JSON: <html>xxx')
    expect(failure.shortMessage.length).toBeLessThan(200)
    expect(failure.status).toBeUndefined()
  })

  it('fails when nobody listens, and says why', async () => {
    const server = await startServer(answering({}))
    await server[Symbol.asyncDispose]()
    expect((await failureOf(fetchJson(server.url))).shortMessage).toContain('ECONNREFUSED')
  })

  it('fails when the connection breaks during the answer', async () => {
    await using server = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{')
      response.destroy()
    })
    expect(await failureOf(fetchJson(server.url))).toMatchObject({ code: 'api-request' })
  })

  it('fails when there is no answer in time', async () => {
    await using server = await startServer(() => {})
    const failure = await failureOf(fetchJson(server.url, {}, { timeoutMs: 50 }))
    expect(failure.shortMessage).toContain('no answer in 50 ms')
  })

  it('fails when an answer begins in time and does not end', async () => {
    await using server = await startServer((_, response) => {
      response.writeHead(200).write('{')
    })
    const failure = await failureOf(fetchJson(server.url, {}, { timeoutMs: 50 }))
    expect(failure.shortMessage).toContain('no answer in 50 ms')
  })

  it('ends with the reason of its signal', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    await using server = await startServer(() => abort.abort(reason))
    await expect(fetchJson(server.url, {}, { signal: abort.signal })).rejects.toBe(reason)
  })
})

describe('postJson', () => {
  it('posts, and does not mind what is answered', async () => {
    await using server = await startServer(answering('accepted', 202))
    await postJson(`${server.url}/peers`, '{"addr":1}')
    expect(server.requests).toEqual([{ method: 'POST', path: '/peers', body: '{"addr":1}' }])
  })

  it('fails at an error', async () => {
    await using server = await startServer(answering('no', 400))
    expect((await failureOf(postJson(server.url, '{}'))).status).toBe(400)
  })
})
