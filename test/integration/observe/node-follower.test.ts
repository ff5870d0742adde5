import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BeaconApi } from '../../../src/apis/beacon-api.ts'
import type { NodeEvent } from '../../../src/apis/node-event.ts'
import { BlockHeaders } from '../../../src/observe/sources/block-headers.ts'
import { NodeFollower } from '../../../src/observe/sources/node-follower.ts'

function rootOf(slot: number): string {
  return `0x${slot.toString(16).padStart(64, '0')}`
}

/** A beacon node whose block of each slot is the child of the one before, up to its head. */
class FakeBeaconNode {
  headSlot = 0
  finalizedEpoch = 0
  readonly asked: string[] = []
  readonly #streams = new Set<ServerResponse>()
  readonly #server: Server = createServer((request, response) => this.#answer(request, response))

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get streams(): number {
    return this.#streams.size
  }

  send(event: string, data: unknown): void {
    for (const stream of this.#streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Imports the block of the next slot, and tells of it. */
  importBlock(): void {
    this.headSlot += 1
    const told = { slot: String(this.headSlot), block: rootOf(this.headSlot) }
    this.send('block', told)
    this.send('head', told)
  }

  dropStreams(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    this.asked.push(url)
    if (url.startsWith('/eth/v1/events')) {
      this.#openStream(response)
      return
    }
    const data = url.includes('finality_checkpoints') ? this.#finality() : this.#header(url)
    response.writeHead(data === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ data }))
  }

  #openStream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(':\n\n')
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  #finality() {
    const checkpoint = { epoch: String(this.finalizedEpoch), root: rootOf(this.finalizedEpoch * 8) }
    return { previous_justified: checkpoint, current_justified: checkpoint, finalized: checkpoint }
  }

  #header(url: string) {
    const id = url.split('/').at(-1) ?? ''
    const slot = id === 'head' ? this.headSlot : Number(id)
    if (slot > this.headSlot) return undefined
    const message = { slot: String(slot), proposer_index: '3', parent_root: rootOf(Math.max(0, slot - 1)) }
    return { root: rootOf(slot), header: { message } }
  }
}

let node: FakeBeaconNode
let follower: NodeFollower
let events: NodeEvent[]

beforeEach(async () => {
  node = new FakeBeaconNode()
  events = []
  const api = new BeaconApi(await node.listen())
  const emit = (event: NodeEvent) => void events.push(event)
  follower = new NodeFollower({
    node: 'node-0',
    api,
    headers: new BlockHeaders(),
    now: () => 1_000,
    firstSlot: 0,
    emit,
  })
})
afterEach(async () => {
  await follower.stop()
  await node.close()
})

function blockSlots(): number[] {
  return events.flatMap((event) => (event.topic === 'block' ? [event.slot] : []))
}

function headSlots(): number[] {
  return events.flatMap((event) => (event.topic === 'head' ? [event.slot] : []))
}

describe('a node that is followed', () => {
  it('tells its present chain, then each block and head, with what only its headers say', async () => {
    node.headSlot = 2
    follower.start()
    await vi.waitFor(() => expect(headSlots()).toEqual([2]))
    await vi.waitFor(() => expect(node.streams).toBe(1))
    node.importBlock()
    node.importBlock()
    await vi.waitFor(() => expect(headSlots()).toEqual([2, 3, 4]))
    expect(blockSlots()).toEqual([0, 1, 2, 3, 4])
    expect(events).toContainEqual({
      node: 'node-0',
      timeMs: 1_000,
      topic: 'block',
      slot: 4,
      root: rootOf(4),
      parentRoot: rootOf(3),
      proposerIndex: 3,
    })
  })

  it('tells of justification, which has no event', async () => {
    node.finalizedEpoch = 2
    follower.start()
    await vi.waitFor(() => expect(headSlots()).toEqual([0]))
    const checkpoint = { epoch: 2, root: rootOf(16) }
    for (const topic of ['justified_checkpoint', 'finalized_checkpoint']) {
      await vi.waitFor(() => expect(events).toContainEqual(expect.objectContaining({ topic, ...checkpoint })))
    }
  })

  it('asks for what it missed while its stream was away', async () => {
    follower.start()
    await vi.waitFor(() => expect(headSlots()).toEqual([0]))
    node.importBlock()
    await vi.waitFor(() => expect(headSlots()).toEqual([0, 1]))
    node.headSlot = 5
    node.dropStreams()
    await vi.waitFor(() => expect(headSlots()).toEqual([0, 1, 5]), { timeout: 5_000 })
    expect(blockSlots()).toEqual([0, 1, 2, 3, 4, 5])
    node.importBlock()
    await vi.waitFor(() => expect(headSlots()).toEqual([0, 1, 5, 6]))
  })

  it('marks a gap that is too long to be asked for', async () => {
    follower.start()
    await vi.waitFor(() => expect(headSlots()).toEqual([0]))
    node.headSlot = 500
    node.dropStreams()
    await vi.waitFor(() => expect(headSlots()).toEqual([0, 500]), { timeout: 5_000 })
    expect(events).toContainEqual(
      expect.objectContaining({
        topic: 'gap',
        fromMs: 1_000,
        reason: 'blocks before slot 437 were not asked for',
      }),
    )
    expect(blockSlots()).toHaveLength(1 + 64)
  })

  it('goes on after events that make no sense, and blocks that it cannot ask about', async () => {
    follower.start()
    await vi.waitFor(() => expect(headSlots()).toEqual([0]))
    node.send('head', { slot: 'x' })
    node.send('block', { slot: '77', block: rootOf(77) })
    node.importBlock()
    await vi.waitFor(() => expect(headSlots()).toEqual([0, 1]))
    expect(events).toContainEqual(
      expect.objectContaining({ topic: 'block', slot: 77, parentRoot: undefined }),
    )
  })

  it('hangs up at once when nobody wants to follow it any more, and can be followed again', async () => {
    follower.start()
    await vi.waitFor(() => expect(node.streams).toBe(1))
    await follower.stop()
    await vi.waitFor(() => expect(node.streams).toBe(0))
    follower.start()
    await vi.waitFor(() => expect(node.streams).toBe(1))
  })
})
