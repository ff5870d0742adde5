import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BeaconApiServer, startBeaconApiServer } from '../../../../src/embedded/api/beacon-api-server.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { ApiNetwork } from './support/api-network.ts'
import { EventReader } from './support/event-reader.ts'

const manifest = testManifest({ nodes: 1, validators: { count: 16 }, time: 'virtual', forks: { fulu: 0 } })
activatePreset(manifest.chain)
const { openNetwork } = await import('./support/api-network.ts')

let net: ApiNetwork
let server: BeaconApiServer

beforeAll(async () => {
  net = await openNetwork(manifest)
  net.node.start()
  await net.advanceTo(2)
  server = await startBeaconApiServer({ app: net.api })
}, 60_000)

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

/** Sends a request as it is written, since `fetch` decides on its Host and Origin itself. */
async function send(...lines: string[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1')
  socket.end(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'close')
  return text
}

test('answers over HTTP as in process', async () => {
  const path = '/eth/v2/beacon/blocks/head'
  const answer = await fetch(`${server.url}${path}`)
  expect(answer.headers.get('eth-consensus-version')).toBe('fulu')
  expect(await answer.text()).toBe(await (await net.api.request(path)).text())
  const ssz = await fetch(`${server.url}${path}`, { headers: { accept: 'application/octet-stream' } })
  expect(Buffer.compare(Buffer.from(await ssz.arrayBuffer()), net.node.chain.head.block.bytes)).toBe(0)
  const posted = await fetch(`${server.url}/eth/v1/validator/duties/attester/0`, {
    method: 'POST',
    body: '["0"]',
    headers: { 'content-type': 'application/json' },
  })
  expect(await posted.json()).toMatchObject({ data: [{ validator_index: '0' }] })
})

test('lets in no page of another site', async () => {
  const line = 'GET /eth/v1/node/version HTTP/1.1'
  expect(await send(line, 'Host: localhost:3500')).toMatch(/^HTTP\/1.1 200/)
  expect(await send(line, 'Host: rebound.example')).toMatch(/^HTTP\/1.1 403/)
  expect(await send(line, 'Host: localhost', 'Origin: https://evil.example')).toMatch(/^HTTP\/1.1 403/)
  const local = await send(line, 'Host: localhost', 'Origin: http://localhost:5173')
  expect(local).toMatch(/^HTTP\/1.1 200/)
  expect(local).toMatch(/access-control-allow-origin: http:\/\/localhost:5173/i)
})

test('streams events, and lets go of a client that leaves', async () => {
  const { events } = net.node.chain
  const before = events.listenerCount('head')
  const leave = new AbortController()
  const answer = await fetch(`${server.url}/eth/v1/events?topics=head`, { signal: leave.signal })
  const reader = new EventReader(answer)
  await net.advanceTo(3)
  expect((await reader.first('head')).data).toMatchObject({ slot: '3', block: net.node.chain.head.root })
  const gone = new Promise<void>((resolve) => {
    const off = events.off.bind(events)
    events.off = (name, listener) => {
      const result = off(name, listener)
      if (events.listenerCount('head') === before) resolve()
      return result
    }
  })
  leave.abort()
  await gone
  expect(events.listenerCount('head')).toBe(before)
})

test('an end of the server is the end of its streams', async () => {
  await using own = await startBeaconApiServer({ app: net.api })
  const reader = new EventReader(await fetch(`${own.url}/eth/v1/events?topics=head`))
  await own[Symbol.asyncDispose]()
  await expect(reader.ended).rejects.toThrow()
})

test('an address that is taken is told', async () => {
  await expect(startBeaconApiServer({ app: net.api, port: server.port })).rejects.toMatchObject({
    code: 'listen-failed',
    facts: { port: server.port },
  })
})
