import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MessageTooLargeError } from '../../../../src/embedded/links/errors.ts'
import type { GossipMessage, Verdict } from '../../../../src/embedded/links/wire.ts'
import {
  peerId,
  seenTtlMs,
  setDelay,
  type TestNetwork,
  testNetwork,
  topic,
} from '../../../unit/embedded/links/support.ts'

/** A connected graph: a random tree and some more edges. */
const graphs = fc.integer({ min: 2, max: 14 }).chain((nodes) =>
  fc.record({
    nodes: fc.constant(nodes),
    parents: fc.tuple(...Array.from({ length: nodes - 1 }, (_, child) => fc.integer({ min: 0, max: child }))),
    more: fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)), { maxLength: 20 }),
  }),
)

interface Graph {
  readonly nodes: number
  readonly parents: readonly number[]
  readonly more: readonly (readonly [number, number])[]
}

function edgesOf({ parents, more }: Graph): [number, number][] {
  const tree = parents.map((parent, child): [number, number] => [parent, child + 1])
  const keys = [...tree, ...more]
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => (a < b ? `${a} ${b}` : `${b} ${a}`))
  return [...new Set(keys)].map((key) => key.split(' ').map(Number) as [number, number])
}

/** Time of the shortest way from a node to each, along the links that remain. */
function arrivalTimes(
  network: TestNetwork,
  edges: readonly (readonly [number, number])[],
  from: number,
): Map<number, number> {
  const times = new Map([[from, 0]])
  for (let round = 0; round < network.wires.length; round++) {
    for (const [a, b] of edges) {
      const { delayMs } = network.links.mesh.link(peerId(a), peerId(b)).quality
      for (const [here, there] of [
        [a, b],
        [b, a],
      ] as const) {
        const timeMs = (times.get(here) ?? Number.POSITIVE_INFINITY) + delayMs
        if (timeMs < (times.get(there) ?? Number.POSITIVE_INFINITY)) times.set(there, timeMs)
      }
    }
  }
  return times
}

test('what arrives in one millisecond is judged receiver by receiver, in the order in which it was sent', async () => {
  const star: [number, number][] = [
    [0, 1],
    [0, 2],
  ]
  const network = testNetwork(3, star)
  for (const [a, b] of star) setDelay(network, a, b, 5)
  for (const text of ['one', 'two']) network.publish(0, text)
  await network.clock.advanceTo(1_000)
  expect(network.received.map(({ node, text }) => `${node} ${text}`)).toEqual([
    '1 one',
    '1 two',
    '2 one',
    '2 two',
  ])
})

test('every node of a connected graph gets a message once, by the shortest way', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.nat(), fc.nat(), async (graph, seed, choice) => {
      const edges = edgesOf(graph)
      const network = testNetwork(graph.nodes, edges, { seed })
      const publisher = choice % graph.nodes
      network.publish(publisher, 'hello')
      await network.clock.advanceTo(1_000)
      const times = arrivalTimes(network, edges, publisher)
      times.delete(publisher)
      expect(new Map(network.received.map(({ node, timeMs }) => [node, timeMs]))).toEqual(times)
      expect(network.received.length).toBe(times.size)
    }),
  )
})

test('the same seed gives the same history, with jitter and loss', async () => {
  const run = async (graph: Graph, seed: number) => {
    const network = testNetwork(graph.nodes, edgesOf(graph), { seed })
    for (const link of network.links.mesh.links) link.setQuality({ jitterMs: 20, loss: 0.2 })
    for (let node = 0; node < graph.nodes; node++) {
      network.clock.at(node * 3, () => network.publish(node, `from ${node}`))
    }
    await network.clock.advanceTo(1_000)
    return network.received
  }
  let differing = 0
  await fc.assert(
    fc.asyncProperty(graphs, fc.nat(), async (graph, seed) => {
      const received = await run(graph, seed)
      expect(await run(graph, seed)).toEqual(received)
      if (JSON.stringify(await run(graph, seed + 1)) !== JSON.stringify(received)) differing++
    }),
  )
  expect(differing).toBeGreaterThan(0)
})

test('nobody beyond a cut gets a message, and everybody on this side does', async () => {
  await fc.assert(
    fc.asyncProperty(
      graphs,
      fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
      async (graph, sides) => {
        const edges = edgesOf(graph)
        const network = testNetwork(graph.nodes, edges)
        const isCut = ([a, b]: readonly [number, number]) => sides[a] !== sides[b]
        for (const [a, b] of edges.filter(isCut)) network.links.mesh.link(peerId(a), peerId(b)).setUp(false)
        network.publish(0, 'hello')
        await network.clock.advanceTo(1_000)
        const reached = arrivalTimes(
          network,
          edges.filter((edge) => !isCut(edge)),
          0,
        )
        reached.delete(0)
        expect(network.received.map(({ node }) => node).sort()).toEqual([...reached.keys()].sort())
      },
    ),
  )
})

/**
 * What each node gets when links are cut while a message travels, by the plain rule: everybody sends to all
 * neighbours, and a copy arrives when its link has not been cut while it was under way.
 */
function plainFlooding(
  network: TestNetwork,
  edges: readonly (readonly [number, number])[],
  cutMs: ReadonlyMap<string, number>,
): Map<number, number> {
  const seen = new Map<number, number>()
  const copies = [{ to: 0, timeMs: 0 }]
  while (copies.length > 0) {
    copies.sort((a, b) => a.timeMs - b.timeMs)
    const copy = copies.shift()
    if (copy === undefined || seen.has(copy.to)) continue
    seen.set(copy.to, copy.timeMs)
    for (const [a, b] of edges.filter((edge) => edge.includes(copy.to))) {
      const timeMs = copy.timeMs + network.links.mesh.link(peerId(a), peerId(b)).quality.delayMs
      const cut = cutMs.get(`${a} ${b}`) ?? Number.POSITIVE_INFINITY
      if (timeMs < cut) copies.push({ to: a === copy.to ? b : a, timeMs })
    }
  }
  seen.delete(0)
  return seen
}

test('a copy that is lost with its link is made up for by the one that was spared for it', async () => {
  let rescued = 0
  await fc.assert(
    fc.asyncProperty(
      graphs,
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: 40 })),
      async (graph, seed, times) => {
        const edges = edgesOf(graph)
        const network = testNetwork(graph.nodes, edges, { seed })
        const cutMs = new Map<string, number>()
        for (const [position, timeMs] of times.slice(0, edges.length).entries()) {
          const [a, b] = edges[position] as [number, number]
          cutMs.set(`${a} ${b}`, timeMs)
          // Asked for first, so that it comes first within its millisecond.
          network.clock.at(timeMs, () => network.links.mesh.link(peerId(a), peerId(b)).setUp(false))
        }
        const untouched = arrivalTimes(network, edges, 0)
        network.publish(0, 'hello')
        await network.clock.advanceTo(1_000)
        const expected = plainFlooding(network, edges, cutMs)
        expect(new Map(network.received.map(({ node, timeMs }) => [node, timeMs]))).toEqual(expected)
        expect(network.received.length).toBe(expected.size)
        rescued += [...expected].filter(([node, timeMs]) => timeMs > (untouched.get(node) ?? 0)).length
      },
    ),
    { numRuns: 300 },
  )
  expect(rescued).toBeGreaterThan(0)
})

test('a copy under way is lost although its link is healed before it would arrive', async () => {
  const network = testNetwork(2, [[0, 1]])
  setDelay(network, 0, 1, 10)
  const link = network.links.mesh.link(peerId(0), peerId(1))
  network.publish(0, 'lost')
  await network.clock.advanceTo(4)
  link.setUp(false)
  link.setUp(true)
  network.publish(0, 'after')
  await network.clock.advanceTo(100)
  expect(network.received.map(({ text, timeMs }) => [text, timeMs])).toEqual([['after', 14]])
})

test('only what is accepted goes on, also when the verdict takes its time', async () => {
  const verdicts: Record<string, Verdict> = { good: 'accept', old: 'ignore', bad: 'reject' }
  for (const isLate of [false, true]) {
    let network: TestNetwork
    const onGossip = (message: GossipMessage): Verdict | Promise<Verdict> => {
      const verdict = verdicts[new TextDecoder().decode(message.data)] ?? 'ignore'
      if (!isLate) return verdict
      return new Promise((resolve) => void network.clock.at(network.clock.nowMs + 50, () => resolve(verdict)))
    }
    network = testNetwork(
      3,
      [
        [0, 1],
        [1, 2],
      ],
      { handlers: { onGossip } },
    )
    setDelay(network, 0, 1, 10)
    setDelay(network, 1, 2, 10)
    for (const text of ['good', 'old', 'bad']) network.publish(0, text)
    await network.clock.advanceTo(1_000)
    const goodMs = isLate ? 70 : 20
    expect(network.received.map(({ node, text, timeMs }) => `${node} ${text} ${timeMs}`)).toEqual([
      '1 good 10',
      '1 old 10',
      '1 bad 10',
      `2 good ${goodMs}`,
    ])
    expect([...(network.wires[1]?.rejections ?? [])]).toEqual([[peerId(0), 1]])
    expect(network.errors).toEqual([])
  }
})

test('what a handler throws is told, and its message goes no further', async () => {
  const network = testNetwork(
    4,
    [
      [0, 1],
      [1, 2],
      [0, 3],
    ],
    { isClosed: true },
  )
  for (const node of [0, 2, 3]) network.open(node)
  network.open(1, {
    onGossip: ({ data }) => {
      if (data.length === 1) throw new Error('thrown')
      return Promise.reject(new Error('rejected'))
    },
  })
  network.publish(0, 'a')
  network.publish(0, 'bc')
  await network.clock.advanceTo(1_000)
  expect(network.received.filter(({ node }) => node === 2)).toEqual([])
  expect(network.received.filter(({ node }) => node === 3).length).toBe(2)
  expect(network.errors).toEqual([
    { peerId: peerId(1), error: new Error('thrown') },
    { peerId: peerId(1), error: new Error('rejected') },
  ])
})

test('a node hears only of topics that it subscribes to, and forwards no others', async () => {
  const network = testNetwork(3, [
    [0, 1],
    [1, 2],
  ])
  network.wires[1]?.unsubscribe(topic)
  network.publish(0, 'unheard')
  await network.clock.advanceTo(100)
  expect(network.received).toEqual([])
  network.wires[1]?.subscribe(topic)
  network.publish(0, 'heard')
  await network.clock.advanceTo(200)
  expect(network.received.map(({ node, text }) => [node, text])).toEqual([
    [1, 'heard'],
    [2, 'heard'],
  ])
})

test('all nodes get the same message object, with the id of the specification', async () => {
  const messages: GossipMessage[] = []
  const onGossip = (message: GossipMessage): Verdict => {
    messages.push(message)
    return 'accept'
  }
  const network = testNetwork(
    3,
    [
      [0, 1],
      [1, 2],
      [0, 2],
    ],
    { handlers: { onGossip } },
  )
  network.publish(0, 'hello')
  await network.clock.advanceTo(100)
  expect(messages.length).toBe(2)
  expect(messages[0]).toBe(messages[1])
  const length = Buffer.from([topic.length, 0, 0, 0, 0, 0, 0, 0])
  const preimage = Buffer.concat([Buffer.from('01000000', 'hex'), length, Buffer.from(`${topic}hello`)])
  const id = createHash('sha256').update(preimage).digest('hex').slice(0, 40)
  expect(messages[0]).toMatchObject({ topic, id })
})

test('the same content is not sent twice while it is remembered, and is after that', async () => {
  const network = testNetwork(2, [[0, 1]])
  network.publish(0, 'hello')
  await network.clock.advanceTo(seenTtlMs - 1)
  network.publish(0, 'hello')
  network.publish(1, 'hello')
  await network.clock.advanceTo(seenTtlMs + 500)
  expect(network.received.length).toBe(1)
  await network.clock.advanceTo(3 * seenTtlMs)
  network.publish(1, 'hello')
  await network.clock.advanceTo(4 * seenTtlMs)
  expect(network.received.map(({ node }) => node)).toEqual([1, 0])
})

test('two nodes that publish the same at once do not get it from each other', async () => {
  const network = testNetwork(3, [
    [0, 1],
    [1, 2],
  ])
  network.publish(0, 'hello')
  network.publish(1, 'hello')
  await network.clock.advanceTo(100)
  expect(network.received.map(({ node }) => node)).toEqual([2])
})

test('a node that has started again has forgotten what it had seen', async () => {
  const network = testNetwork(2, [[0, 1]])
  network.publish(0, 'hello')
  await network.clock.advanceTo(100)
  network.wires[0]?.close()
  network.open(0)
  network.publish(1, 'hello')
  await network.clock.advanceTo(200)
  // The other one has seen it, so only what is new arrives.
  expect(network.received.length).toBe(1)
  network.wires[1]?.close()
  network.open(1)
  network.publish(0, 'hello')
  await network.clock.advanceTo(300)
  expect(network.received.map(({ node }) => node)).toEqual([1, 1])
})

test('a node that was added later takes part', async () => {
  const network = testNetwork(2, [[0, 1]])
  network.publish(0, 'before')
  const wire = (() => {
    network.links.mesh.addNode(peerId(2))
    network.links.mesh.addLink(peerId(1), peerId(2))
    return network.links.wire(peerId(2))
  })()
  const texts: string[] = []
  wire.subscribe(topic)
  wire.open({
    onGossip: ({ data }) => {
      texts.push(new TextDecoder().decode(data))
      return 'accept'
    },
    onRequest: () => [],
    onConnect: () => {},
    onDisconnect: () => {},
  })
  network.publish(0, 'after')
  await network.clock.advanceTo(100)
  wire.publish(topic, new TextEncoder().encode('mine'))
  wire.publish(topic, new TextEncoder().encode('before'))
  await network.clock.advanceTo(200)
  expect(texts).toEqual(['after'])
  expect(network.received.filter(({ node }) => node === 0).map(({ text }) => text)).toEqual(['mine'])
  network.links.removeNode(peerId(2))
  expect(network.wires[1]?.peers.map((peer) => peer.peerId)).toEqual([peerId(0)])
})

test('a paused node gets what has arrived when it goes on', async () => {
  const network = testNetwork(3, [
    [0, 1],
    [1, 2],
  ])
  network.links.mesh.pause(peerId(1))
  network.publish(0, 'first')
  network.publish(0, 'second')
  await network.clock.advanceTo(100)
  expect(network.received).toEqual([])
  network.links.mesh.resume(peerId(1))
  await network.clock.advanceTo(200)
  expect(network.received.map(({ node, text }) => [node, text])).toEqual([
    [1, 'first'],
    [1, 'second'],
    [2, 'first'],
    [2, 'second'],
  ])
  expect(network.received[0]?.timeMs).toBe(100)
})

test('a message that is too large is refused', () => {
  const network = testNetwork(2, [[0, 1]])
  const publish = (bytes: number) => network.wires[0]?.publish(topic, new Uint8Array(bytes))
  expect(() => publish(10 * 1024 * 1024 + 1)).toThrow(MessageTooLargeError)
  expect(() => publish(10 * 1024 * 1024)).not.toThrow()
})

test('a connection drops what comes on top of what can be under way', async () => {
  const network = testNetwork(2, [[0, 1]])
  for (let number = 0; number < 17_000; number++) network.publish(0, `${number}`)
  await network.clock.advanceTo(100)
  expect(network.received.length).toBe(16_384)
  network.publish(0, 'later')
  await network.clock.advanceTo(200)
  expect(network.received.at(-1)?.text).toBe('later')
})
