import { createBeaconConfig, defaultChainConfig } from '@lodestar/config'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { type EventEmission, EventHub } from '../../../../src/embedded/api/events/event-hub.ts'
import { serveEvents } from '../../../../src/embedded/api/events/event-stream.ts'

const config = createBeaconConfig(defaultChainConfig, new Uint8Array(32))
const root = `0x${'00'.repeat(32)}`

const backlogBytesMax = 10_000

/** A hub whose one source is driven by the test. */
function openHub() {
  const listening: EventEmission[] = []
  const hub = new EventHub(config, [
    (emission) => {
      listening.push(emission)
      return () => void listening.splice(listening.indexOf(emission), 1)
    },
  ])
  const app = new Hono().get('/events', serveEvents(hub, backlogBytesMax))
  const block = (slot: number) => {
    const message = { slot, block: root, executionOptimistic: false }
    hub.emit({ type: 'block' as never, message })
  }
  return { hub, app, listening, block }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, count: number): Promise<string> {
  let text = ''
  for (let index = 0; index < count; index++)
    text += Buffer.from((await reader.read()).value ?? []).toString()
  return text
}

test('an event is written to those who asked for its topic', async () => {
  const { hub, app, block } = openHub()
  const both = (await app.request('/events?topics=head&topics=block')).body?.getReader()
  const heads = (await app.request('/events?topics=head,head')).body?.getReader()
  if (both === undefined || heads === undefined) throw new Error('no streams')
  expect([
    hub.wants('block' as never),
    hub.wants('head' as never),
    hub.wants('attestation' as never),
  ]).toEqual([true, true, false])
  block(5)
  const data = JSON.stringify({ slot: '5', block: root, execution_optimistic: false })
  expect(await readAll(both, 2)).toBe(`:\n\nevent: block\ndata: ${data}\n\n`)
  expect(await readAll(heads, 1)).toBe(':\n\n')
  expect(hub.size).toBe(2)
})

test('sources are listened to while there is somebody, once for all', async () => {
  const { app, listening } = openHub()
  expect(listening).toHaveLength(0)
  const streams = await Promise.all(['head', 'block'].map((topic) => app.request(`/events?topics=${topic}`)))
  expect(listening).toHaveLength(1)
  await streams[0]?.body?.cancel()
  expect(listening).toHaveLength(1)
  await streams[1]?.body?.cancel()
  expect(listening).toHaveLength(0)
})

test('a client that does not read is cut off, and the others go on', async () => {
  const { hub, app, block } = openHub()
  const slow = (await app.request('/events?topics=block')).body?.getReader()
  const quick = (await app.request('/events?topics=block')).body?.getReader()
  if (slow === undefined || quick === undefined) throw new Error('no streams')
  await quick.read()
  for (let slot = 0; hub.size === 2; slot++) {
    // An event has more than 100 bytes.
    expect(slot).toBeLessThan(backlogBytesMax / 100)
    block(slot)
    await quick.read()
  }
  await expect(slow.read()).rejects.toThrow('does not read')
  block(1)
  expect(Buffer.from((await quick.read()).value ?? []).toString()).toContain('"slot":"1"')
})
