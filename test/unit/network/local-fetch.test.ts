import { describe, expect, it } from 'vitest'
import { BeaconApi } from '../../../src/apis/beacon-api.ts'
import { ApiError } from '../../../src/apis/http-json.ts'
import { localFetch } from '../../../src/network/local-fetch.ts'
import { FakeEmbedded } from '../support/fake-embedded.ts'

const url = 'http://127.0.0.1:20003'

describe('an API of an embedded node', () => {
  it('is asked for the path and the query, on its own layer of its own node', async () => {
    const embedded = new FakeEmbedded()
    embedded.answer = { status: 200, body: '{"data":[1,2]}' }
    const { execution, consensus } = localFetch(embedded.network, 'node-3')
    const headers = new Headers({ Accept: 'application/json' })
    const answer = await consensus(`${url}/eth/v1/beacon/headers?slot=4&x=%20y`, { headers })
    expect(answer).toEqual({ data: [1, 2] })
    await execution(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":1}',
    })
    expect(embedded.requests).toEqual([
      {
        layer: 'consensus',
        name: 'node-3',
        request: {
          method: 'GET',
          path: '/eth/v1/beacon/headers?slot=4&x=%20y',
          headers: { accept: 'application/json' },
          body: undefined,
        },
      },
      {
        layer: 'execution',
        name: 'node-3',
        request: {
          method: 'POST',
          path: '/',
          headers: { 'content-type': 'application/json' },
          body: '{"id":1}',
        },
      },
    ])
  })

  it.each([400, 404, 503])('answers an error with status %i', async (status) => {
    const embedded = new FakeEmbedded()
    embedded.answer = { status, body: `{"code":${status},"message":"no"}${' '.repeat(1000)}` }
    const { consensus } = localFetch(embedded.network, 'node-0')
    const asking = consensus(`${url}/eth/v1/node/health`)
    await expect(asking).rejects.toBeInstanceOf(ApiError)
    const error = (await asking.catch((thrown: unknown) => thrown)) as ApiError
    expect(error).toMatchObject({ status, code: 'api-request' })
    expect(error.shortMessage).toContain(
      `GET ${url}/eth/v1/node/health: ${status} {"code":${status},"message":"no"}`,
    )
    // Of a long answer, its beginning.
    expect(error.shortMessage.length).toBeLessThan(400)
  })

  it('tells a client as much as HTTP does: here, that there is no such block', async () => {
    const embedded = new FakeEmbedded()
    embedded.answer = { status: 404, body: '{"code":404,"message":"no such block"}' }
    const api = new BeaconApi(url, localFetch(embedded.network, 'node-0').consensus)
    expect(await api.header(4)).toBeUndefined()
  })

  it('is not asked after an abort', async () => {
    const embedded = new FakeEmbedded()
    const reason = new Error('enough')
    const { consensus } = localFetch(embedded.network, 'node-0')
    await expect(consensus(url, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(embedded.requests).toEqual([])
  })

  it('passes on that the thread has ended', async () => {
    const embedded = new FakeEmbedded()
    const reason = new Error('the thread ended')
    embedded.request = () => Promise.reject(reason)
    await expect(localFetch(embedded.network, 'node-0').execution(url)).rejects.toBe(reason)
  })
})
