import { beforeAll, describe, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { ApiNetwork } from './support/api-network.ts'
import { EventReader } from './support/event-reader.ts'
import { eventExamples, shapeOf } from './support/standard.ts'
import { getData, getJson, postJson } from './support/test-api.ts'

const manifest = testManifest({ nodes: 2, validators: { count: 16 }, time: 'virtual', forks: { electra: 0 } })
activatePreset(manifest.chain)
const { openNetwork } = await import('./support/api-network.ts')
const { collectMessages, goodRequests } = await import('./support/requests.ts')

let net: ApiNetwork
let reader: EventReader
let reorgReaders: EventReader[]

async function listen(topics: string, api = net.api): Promise<EventReader> {
  const answer = await api.request(`/eth/v1/events?topics=${topics}`)
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  return new EventReader(answer)
}

/** Everything that has an event happens: a reorg too, by a partition, after which one side gives way. */
beforeAll(async () => {
  net = await openNetwork(manifest)
  const messages = collectMessages(net)
  reader = await listen(Object.keys(eventExamples).join(','))
  reorgReaders = await Promise.all(net.nodes.map(({ api }) => listen('chain_reorg', api)))
  for (const node of net.nodes) node.start()
  await net.advanceTo(33, 9000)
  const [link] = net.links.mesh.links
  link?.setUp(false)
  await net.advanceTo(42, 9000)
  link?.setUp(true)
  await net.advanceTo(47, 9000)
  expect(net.missedDuties).toEqual([])
  const requests = goodRequests(net, messages, manifest)
  for (const operation of [
    'submitPoolVoluntaryExit',
    'submitPoolProposerSlashings',
    'submitPoolAttesterSlashingsV2',
  ]) {
    const { path, body } = requests[operation] ?? {}
    const headers = { 'eth-consensus-version': 'electra' }
    expect(await postJson(net.api, path ?? '', body, headers)).toMatchObject({ status: 200 })
  }
}, 60_000)

/** Topics that embedded nodes have nothing to tell of; all validators have execution credentials already. */
const silent = new Set([
  'bls_to_execution_change',
  'light_client_finality_update',
  'light_client_optimistic_update',
  'blob_sidecar',
  'data_column_sidecar',
])

describe('each topic has the shape of the example in the standard', () => {
  test.each(Object.entries(eventExamples).filter(([topic]) => !silent.has(topic)))(
    '%s',
    async (topic, example) => {
      const { data } = await Promise.any([reader, ...reorgReaders].map((one) => one.first(topic)))
      expect(shapeOf(data)).toEqual(shapeOf(example))
    },
  )
})

test('no event comes of what an embedded node has none of', () => {
  expect(reader.events.filter(({ topic }) => silent.has(topic))).toEqual([])
})

test('head events agree with the chain', async () => {
  const heads = reader.events.filter(({ topic }) => topic === 'head').map(({ data }) => data)
  const last = heads.at(-1)
  const header = await getData(net.api, '/eth/v1/beacon/headers/head')
  expect(last).toMatchObject({ slot: header.header.message.slot, block: header.root })
  expect(last.state).toBe(header.header.message.state_root)
  const beforePartition = heads.filter(({ slot }) => Number(slot) <= 33)
  const transitions = beforePartition.filter(({ epoch_transition: isTransition }) => isTransition)
  expect(transitions.map(({ slot }) => Math.floor(Number(slot) / 8))).toEqual([1, 2, 3, 4])
  const ofEpoch4 = transitions[3]
  const rootAt = async (slot: number) => (await getData(net.api, `/eth/v1/beacon/blocks/${slot}/root`)).root
  expect(ofEpoch4.current_duty_dependent_root).toBe(await rootAt(31))
  expect(ofEpoch4.previous_duty_dependent_root).toBe(await rootAt(23))
  const early = heads.find(({ slot }) => slot === '3')
  expect(early.current_duty_dependent_root).toBe(net.node.chain.genesis.root)
})

test('blocks come by gossip before they are imported, and then may become the head', () => {
  const of = (slot: string) =>
    reader.events.filter(({ data }) => data.slot === slot).map(({ topic }) => topic)
  expect(of('5')).toEqual(['block_gossip', 'block', 'head'])
})

test('the side that gives way after a partition tells of its reorg, by both heads', async () => {
  const { data: reorg } = await Promise.any([reader, ...reorgReaders].map((one) => one.first('chain_reorg')))
  expect(reorg.old_head_block).not.toBe(reorg.new_head_block)
  const { body } = await getJson(net.api, `/eth/v1/beacon/headers/${reorg.new_head_block}`)
  expect(body.data).toMatchObject({ canonical: true })
  expect(body.data.header.message.state_root).toBe(reorg.new_head_state)
  const old = await getJson(net.api, `/eth/v1/beacon/headers/${reorg.old_head_block}`)
  expect(old.body.data).toMatchObject({ canonical: false })
  expect(Number(reorg.depth)).toBeGreaterThan(0)
})

describe('a stream', () => {
  test('gives only what it was asked for, and listens to nothing when it is over', async () => {
    await Promise.all([reader, ...reorgReaders].map((one) => one.cancel()))
    const { events } = net.node.chain
    const others = events.listenerCount('head')
    const stream = await listen('block')
    expect(events.listenerCount('head')).toBe(others + 1)
    await net.advanceTo(50)
    await stream.first('block')
    expect(new Set(stream.events.map(({ topic }) => topic))).toEqual(new Set(['block']))
    await stream.cancel()
    expect(events.listenerCount('head')).toBe(others)
  })

  test('is refused when there are too many', async () => {
    const streams = await Promise.all(Array.from({ length: 64 }, () => listen('head')))
    expect(await getJson(net.api, '/eth/v1/events?topics=head')).toMatchObject({ status: 503 })
    await Promise.all(streams.map((stream) => stream.cancel()))
    await (await listen('head')).cancel()
  })
})

test('nothing of all this was a defect', () => {
  expect(net.defects).toEqual([])
})
