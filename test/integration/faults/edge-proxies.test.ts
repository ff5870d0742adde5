import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { healthyLink, noShape } from '../../../src/embedded/links/link-state.ts'
import { type EdgeEnd, EdgeProxies } from '../../../src/faults/proxies/edge-proxies.ts'
import type { EdgePlan } from '../../../src/plan/manifest.ts'
import { closed, echoed, Listener } from './support/echo.ts'

const edge: EdgePlan = {
  a: 'node-0',
  b: 'node-1',
  address: '127.2.3.4',
  links: { execution: 'sockets', consensus: 'sockets' },
}
const cut = { ...healthyLink, isUp: false }

const opened: { close: () => unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function openEdge() {
  const [a, b] = [await Listener.open('127.1.3.4'), await Listener.open('127.1.3.5')]
  // What is not under test has a port of its own, as the two layers of a node have.
  const [c, d] = [await Listener.open('127.1.3.4'), await Listener.open('127.1.3.5')]
  const ends: { a: EdgeEnd; b: EdgeEnd } = {
    a: { address: '127.1.3.4', ports: { consensusP2p: a.port, executionP2p: c.port } },
    b: { address: '127.1.3.5', ports: { consensusP2p: b.port, executionP2p: d.port } },
  }
  const proxies = new EdgeProxies(1)
  await proxies.open(edge, ends)
  opened.push(a, b, c, d, { close: () => proxies[Symbol.asyncDispose]() })
  return { proxies, a, b, c, d, ends }
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: edge.address, port })
  opened.push({ close: () => socket.destroy() })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Dials and is turned away, before or after it was connected. */
async function turnedAway(port: number): Promise<void> {
  const socket = connect({ host: edge.address, port })
  socket.on('error', () => {})
  await closed(socket)
}

describe('an edge over sockets', () => {
  it('leads each end to the other, on each layer, from the address of the edge', async () => {
    const { a, b, c, d } = await openEdge()
    for (const listener of [a, b, c, d]) {
      const socket = await dial(listener.port)
      expect(await echoed(socket, 'hello')).toBe('hello')
      socket.destroy()
      expect(listener.sockets[0]?.remoteAddress).toBe(edge.address)
      expect(listener.sockets).toHaveLength(1)
    }
  })

  it('passes on all of a large transfer, in its order', async () => {
    const { b } = await openEdge()
    const text = Array.from({ length: 400_000 }, (_, i) => `${i};`).join('')
    expect(await echoed(await dial(b.port), text)).toBe(text)
  })

  it('passes on the end of what an end says, and still what the other one answers', async () => {
    const { b } = await openEdge()
    const socket = connect({ host: edge.address, port: b.port, allowHalfOpen: true })
    opened.push({ close: () => socket.destroy() })
    socket.end('the last word')
    const heard: Buffer[] = []
    for await (const chunk of socket) heard.push(chunk as Buffer)
    expect(Buffer.concat(heard).toString()).toBe('the last word')
  })

  it('ends the other half when one end is gone', async () => {
    const { b } = await openEdge()
    const socket = await dial(b.port)
    await echoed(socket, 'hello')
    const [peer] = b.sockets
    if (peer === undefined) throw new Error('nobody came')
    socket.resetAndDestroy()
    await closed(peer)
    const other = await dial(b.port)
    await echoed(other, 'hello')
    b.sockets[1]?.resetAndDestroy()
    await closed(other)
  })

  it('resets who dials a node that does not run', async () => {
    const { b } = await openEdge()
    const { port } = b
    b.close()
    await turnedAway(port)
  })
})

describe('a cut', () => {
  it('resets what is connected, on its layer only', async () => {
    const { proxies, a, b, d } = await openEdge()
    const sockets = [await dial(a.port), await dial(b.port)]
    for (const socket of sockets) await echoed(socket, 'hello')
    const other = await dial(d.port)
    await echoed(other, 'hello')
    proxies.set(edge, 'consensus', cut)
    await Promise.all(sockets.map(closed))
    await Promise.all([a, b].flatMap(({ sockets: [peer] }) => (peer === undefined ? [] : [closed(peer)])))
    expect(await echoed(other, 'still here')).toBe('still here')
  })

  it('keeps who dials waiting, with what is said, until it is healed', async () => {
    const { proxies, b, d } = await openEdge()
    proxies.set(edge, 'consensus', cut)
    const socket = await dial(b.port)
    socket.write('hello')
    // What was said later is back already over a link that is up.
    await echoed(await dial(d.port), 'something else')
    expect(b.sockets).toHaveLength(0)
    const answer = once(socket, 'data')
    proxies.set(edge, 'consensus', healthyLink)
    expect(String((await answer)[0])).toBe('hello')
  })

  it('forgets who has given up meanwhile', async () => {
    const { proxies, b } = await openEdge()
    proxies.set(edge, 'consensus', cut)
    const [gone, patient] = [await dial(b.port), await dial(b.port)]
    gone.resetAndDestroy()
    await closed(gone)
    const answer = once(patient, 'data')
    patient.write('hello')
    proxies.set(edge, 'consensus', healthyLink)
    expect(String((await answer)[0])).toBe('hello')
    expect(b.sockets.filter(({ readyState }) => readyState === 'open')).toHaveLength(1)
  })

  it('keeps at most so many waiting', async () => {
    const { proxies, b } = await openEdge()
    proxies.set(edge, 'consensus', cut)
    for (let i = 0; i < 64; i++) await dial(b.port)
    await turnedAway(b.port)
  })
})

describe('on the execution layer, where two connections would end each other,', () => {
  it('one end is let through at a time, the other one when that has ended', async () => {
    const { c, d } = await openEdge()
    const first = await dial(d.port)
    await echoed(first, 'hello')
    const second = await dial(c.port)
    const answer = once(second, 'data')
    second.write('me too')
    // What is said later is back already over the open connection.
    await echoed(first, 'still here')
    expect(c.sockets).toHaveLength(0)
    first.destroy()
    expect(String((await answer)[0])).toBe('me too')
  })

  it('one of two that wait for a heal is let through', async () => {
    const { proxies, c, d } = await openEdge()
    proxies.set(edge, 'execution', cut)
    const sockets = [await dial(c.port), await dial(d.port)]
    const answers = sockets.map((socket) => once(socket, 'data'))
    for (const socket of sockets) socket.write('hello')
    proxies.set(edge, 'execution', healthyLink)
    await Promise.race(answers)
    expect(c.sockets.length + d.sockets.length).toBe(1)
  })
})

describe('a shape', () => {
  it.each([
    ['forward', 200],
    ['backward', 200],
  ] as const)('delays what goes %s, for whoever dials', async (direction, latencyMs) => {
    const { proxies, a, b } = await openEdge()
    proxies.set(edge, 'consensus', { ...healthyLink, [direction]: { ...noShape, latencyMs } })
    for (const port of [a.port, b.port]) {
      const socket = await dial(port)
      const beganMs = performance.now()
      await echoed(socket, 'hello')
      expect(performance.now() - beganMs).toBeGreaterThanOrEqual(latencyMs - 1)
    }
  })

  it('bounds the bandwidth', async () => {
    const { proxies, b } = await openEdge()
    // 100 kilobytes a second.
    proxies.set(edge, 'consensus', { ...healthyLink, forward: { ...noShape, bandwidthKbps: 800 } })
    const socket = await dial(b.port)
    const beganMs = performance.now()
    await echoed(socket, Buffer.alloc(30_000))
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(295)
  })

  it('keeps the order, whatever the jitter', async () => {
    const { proxies, b } = await openEdge()
    const shape = { ...noShape, jitterMs: 20 }
    proxies.set(edge, 'consensus', { isUp: true, forward: shape, backward: shape })
    const socket = await dial(b.port)
    const text = Array.from({ length: 5_000 }, (_, i) => `${i};`).join('')
    expect(await echoed(socket, text)).toBe(text)
  })
})

describe('proxies', () => {
  it('that cannot listen say where, and leave none of the edge behind', async () => {
    const { proxies, ends } = await openEdge()
    const again = new EdgeProxies(1)
    opened.push({ close: () => again[Symbol.asyncDispose]() })
    await expect(again.open(edge, ends)).rejects.toMatchObject({
      code: 'port-busy',
      facts: { address: edge.address },
    })
    await proxies.close(edge)
    await again.open(edge, ends)
  })

  it('that are closed refuse connections, and reset those that there are', async () => {
    const { proxies, b } = await openEdge()
    const socket = await dial(b.port)
    await echoed(socket, 'hello')
    await proxies.close(edge)
    await proxies.close(edge)
    await closed(socket)
    await expect(dial(b.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('are only on the layers that run over sockets', async () => {
    const { ends } = await openEdge()
    const other: EdgePlan = {
      ...edge,
      address: '127.2.3.5',
      links: { execution: 'in-process', consensus: 'sockets' },
    }
    const proxies = new EdgeProxies(1)
    opened.push({ close: () => proxies[Symbol.asyncDispose]() })
    await proxies.open(other, ends)
    const refused = connect({ host: other.address, port: ends.b.ports.executionP2p })
    await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const accepted = connect({ host: other.address, port: ends.b.ports.consensusP2p })
    await once(accepted, 'connect')
    accepted.destroy()
    proxies.set(other, 'execution', cut)
  })
})
