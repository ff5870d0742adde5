import { describe, expect, it } from 'vitest'
import { BeaconApi } from '../../../src/apis/beacon-api.ts'
import { ApiError } from '../../../src/apis/http-json.ts'
import { answering, startServer } from './http-server.ts'

function root(digit: string): string {
  return `0x${digit.repeat(64)}`
}

const header = {
  root: root('a'),
  canonical: true,
  header: { message: { slot: '9', proposer_index: '3', parent_root: root('b'), state_root: root('c') } },
}
const expectedHeader = { root: root('a'), slot: 9, proposerIndex: 3, parentRoot: root('b') }

/** What a call gives for an answer, and the path that it asked for. */
async function ask<T>(answer: unknown, call: (api: BeaconApi) => Promise<T>, status = 200) {
  await using server = await startServer(answering(answer, status))
  const result = await call(new BeaconApi(server.url))
  return { result, path: server.requests[0]?.path }
}

describe('the header of a block', () => {
  it('is read by slot, root or name', async () => {
    expect(await ask({ data: header }, (api) => api.header('head'))).toEqual({
      result: expectedHeader,
      path: '/eth/v1/beacon/headers/head',
    })
    expect((await ask({ data: header }, (api) => api.header(9))).path).toBe('/eth/v1/beacon/headers/9')
  })

  it('is undefined for a slot without a block', async () => {
    expect((await ask('not found', (api) => api.header(9), 404)).result).toBeUndefined()
  })

  it('is an error when the node has one', async () => {
    await expect(ask('syncing', (api) => api.header(9), 503)).rejects.toMatchObject({ status: 503 })
  })

  it.each([
    ['nothing', {}],
    ['null', { data: null }],
    ['a slot that is no number', { data: { ...header, header: { message: { slot: 'x' } } } }],
    ['a root that is too short', { data: { ...header, root: '0xab' } }],
  ])('is an error when the answer has %s', async (_, answer) => {
    const failure = ask(answer, (api) => api.header('head'))
    await expect(failure).rejects.toThrow(ApiError)
    await expect(failure).rejects.toThrow('unexpected answer')
  })
})

describe('all blocks of a slot', () => {
  it('are those of every branch', async () => {
    expect(await ask({ data: [header] }, (api) => api.headersAt(9))).toEqual({
      result: [expectedHeader],
      path: '/eth/v1/beacon/headers?slot=9',
    })
  })

  it('are none where the node knows none', async () => {
    expect((await ask('not found', (api) => api.headersAt(9), 404)).result).toEqual([])
  })
})

it('reads the checkpoints', async () => {
  const checkpoint = (epoch: string, digit: string) => ({ epoch, root: root(digit) })
  const data = {
    previous_justified: checkpoint('1', 'a'),
    current_justified: checkpoint('2', 'b'),
    finalized: checkpoint('0', 'c'),
  }
  expect(await ask({ data }, (api) => api.finalityCheckpoints())).toEqual({
    result: {
      previousJustified: { epoch: 1, root: root('a') },
      currentJustified: { epoch: 2, root: root('b') },
      finalized: { epoch: 0, root: root('c') },
    },
    path: '/eth/v1/beacon/states/head/finality_checkpoints',
  })
})

it('reads how far the node is behind', async () => {
  const data = {
    head_slot: '7',
    sync_distance: '2',
    is_syncing: true,
    is_optimistic: false,
    el_offline: true,
  }
  expect(await ask({ data }, (api) => api.syncing())).toEqual({
    result: { headSlot: 7, syncDistance: 2, isSyncing: true, isOptimistic: false, isExecutionOffline: true },
    path: '/eth/v1/node/syncing',
  })
})

it('reads the ids of the connected peers', async () => {
  const data = [{ peer_id: '16Uiu2', direction: 'inbound', state: 'connected' }]
  expect(await ask({ data }, (api) => api.connectedPeers())).toEqual({
    result: ['16Uiu2'],
    path: '/eth/v1/node/peers?state=connected',
  })
})

it('reads the genesis', async () => {
  const data = { genesis_time: '1700000000', genesis_validators_root: root('a') }
  expect(await ask({ data }, (api) => api.genesis())).toEqual({
    result: { genesisTime: 1_700_000_000, genesisValidatorsRoot: root('a') },
    path: '/eth/v1/beacon/genesis',
  })
})
