import { expect, test } from 'vitest'
import { VirtualTimeStalledError } from '../../../../src/embedded/clock/virtual-clock.ts'
import type { RequestError, RequestFailure } from '../../../../src/embedded/links/errors.ts'
import type { ResponseChunk, WireHandlers } from '../../../../src/embedded/links/wire.ts'
import { peerId, setDelay, type TestNetwork, testNetwork } from './support.ts'

const protocol = '/eth2/beacon_chain/req/ping/1/ssz_snappy'

function chunk(text: string, code: ResponseChunk['code'] = 'success'): ResponseChunk {
  return { code, context: new Uint8Array(0), data: new TextEncoder().encode(text) }
}

/** Node 0 asks node 1, which answers so, over a link of 10 ms. */
function askingNetwork(onRequest: WireHandlers['onRequest'], stallMs?: number): TestNetwork {
  const options = stallMs === undefined ? {} : { stallMs }
  const network = testNetwork(2, [[0, 1]], { handlers: { onRequest }, ...options })
  setDelay(network, 0, 1, 10)
  return network
}

interface Answer {
  readonly chunks: string[]
  end: 'complete' | RequestFailure | 'open'
}

/** Notes what comes of a request: `<time> <code> <data>` of each chunk, and how it ends. */
function ask(network: TestNetwork, maxChunks = 10, request = new Uint8Array([7])): Answer {
  const answer: Answer = { chunks: [], end: 'open' }
  const run = async () => {
    for await (const { code, data } of network.wires[0]?.request(peerId(1), protocol, request, maxChunks) ??
      []) {
      answer.chunks.push(`${network.clock.nowMs} ${code} ${new TextDecoder().decode(data)}`)
    }
  }
  run().then(
    () => {
      answer.end = 'complete'
    },
    (error: RequestError) => {
      answer.end = error.reason
    },
  )
  return answer
}

test('chunks come back after both delays, in order', async () => {
  const asked: unknown[] = []
  const network = askingNetwork((...question) => {
    asked.push(question)
    return [chunk('a'), chunk('b'), chunk('c')]
  })
  network.links.mesh.link(peerId(0), peerId(1)).setQuality({ jitterMs: 0 })
  const answer = ask(network)
  await network.clock.advanceTo(19)
  expect(answer).toEqual({ chunks: [], end: 'open' })
  await network.clock.advanceTo(20)
  expect(answer).toEqual({ chunks: ['20 success a', '20 success b', '20 success c'], end: 'complete' })
  expect(asked).toEqual([[protocol, new Uint8Array([7]), peerId(0)]])
})

test('jitter does not put chunks out of order', async () => {
  const network = askingNetwork(() => Array.from({ length: 30 }, (_, number) => chunk(`${number}`)))
  network.links.mesh.link(peerId(0), peerId(1)).setQuality({ jitterMs: 40 })
  const answer = ask(network, 30)
  await network.clock.advanceTo(1_000)
  const numbers = answer.chunks.map((text) => Number(text.split(' ')[2]))
  expect(numbers).toEqual(Array.from({ length: 30 }, (_, number) => number))
  expect(answer.end).toBe('complete')
})

test('an answer ends with its first chunk that is not a success', async () => {
  const network = askingNetwork(() => [chunk('a'), chunk('no', 'resource-unavailable'), chunk('b')])
  const answer = ask(network)
  await network.clock.advanceTo(100)
  expect(answer).toEqual({ chunks: ['20 success a', '20 resource-unavailable no'], end: 'complete' })
})

test('a handler that throws is answered for, and told of', async () => {
  const network = askingNetwork(async function* () {
    yield chunk('a')
    throw new Error('broken')
  })
  const answer = ask(network)
  await network.clock.advanceTo(100)
  expect(answer).toEqual({ chunks: ['20 success a', '20 server-error broken'], end: 'complete' })
  expect(network.errors).toEqual([{ peerId: peerId(1), error: new Error('broken') }])
})

test('more chunks than were asked for are a failure, also without end', async () => {
  let made = 0
  const network = askingNetwork(function* () {
    for (;;) yield chunk(`${made++}`)
  })
  const answer = ask(network, 3)
  await network.clock.advanceTo(100)
  expect(answer).toEqual({ chunks: ['20 success 0', '20 success 1', '20 success 2'], end: 'too-many-chunks' })
  expect(made).toBe(4)
})

test('a chunk or request that is too large is a failure', async () => {
  const large = new Uint8Array(10 * 1024 * 1024 + 1)
  const network = askingNetwork(() => [{ code: 'success', context: new Uint8Array(0), data: large }])
  const [tooLargeChunk, tooLargeRequest] = [ask(network), ask(network, 1, large)]
  await network.clock.advanceTo(100)
  expect([tooLargeChunk.end, tooLargeRequest.end]).toEqual(['chunk-too-large', 'request-too-large'])
})

test('the first chunk may take ten seconds', async () => {
  const network = askingNetwork(() => [chunk('a')])
  setDelay(network, 0, 1, 5_000)
  const answer = ask(network)
  await network.clock.advanceTo(9_999)
  expect(answer.end).toBe('open')
  setDelay(network, 0, 1, 5_001)
  const tooLate = ask(network)
  await network.clock.advanceTo(19_998)
  expect(tooLate.end).toBe('open')
  await network.clock.advanceTo(19_999)
  expect(tooLate).toEqual({ chunks: [], end: 'timeout' })
})

test('each chunk that follows may take ten seconds as well, and one that never comes fails', async () => {
  const network = askingNetwork(async function* () {
    yield chunk('a')
    // Time stands still for a handler only until it is plain that it waits in vain.
    await new Promise<void>((resolve) => void network.clock.at(9_000, resolve))
    yield chunk('b')
    await new Promise(() => {})
  }, 1)
  const answer = ask(network)
  await network.clock.advanceTo(19_009)
  expect(answer).toEqual({ chunks: ['20 success a', '9010 success b'], end: 'open' })
  await network.clock.advanceTo(19_010)
  expect(answer.end).toBe('timeout')
  expect(network.errors).toEqual([{ peerId: 'clock', error: expect.any(VirtualTimeStalledError) }])
})

test('a paused peer does not answer in time', async () => {
  const network = askingNetwork(() => [chunk('a')])
  network.links.mesh.pause(peerId(1))
  const answer = ask(network)
  await network.clock.advanceTo(9_999)
  expect(answer.end).toBe('open')
  await network.clock.advanceTo(10_000)
  expect(answer).toEqual({ chunks: [], end: 'timeout' })
})

test('a request that gets lost is not answered', async () => {
  const network = askingNetwork(() => [chunk('a')])
  network.links.mesh.link(peerId(0), peerId(1)).setQuality({ loss: 1 })
  const answer = ask(network)
  await network.clock.advanceTo(10_000)
  expect(answer).toEqual({ chunks: [], end: 'timeout' })
})

test.each(['asker', 'answerer', 'link', 'hang-up'])('a request fails when the %s goes', async (gone) => {
  const network = askingNetwork(() => [chunk('a')])
  const answer = ask(network)
  await network.clock.advanceTo(15)
  if (gone === 'asker') network.wires[0]?.close()
  if (gone === 'answerer') network.wires[1]?.close()
  if (gone === 'link') network.links.mesh.link(peerId(0), peerId(1)).setUp(false)
  if (gone === 'hang-up') network.wires[0]?.disconnect(peerId(1))
  await network.clock.advanceTo(16)
  expect(answer).toEqual({ chunks: [], end: 'disconnected' })
  const again = ask(network)
  await network.clock.advanceTo(17)
  expect(again.end).toBe('not-connected')
})

test('at most sixteen requests at a time go to one peer', async () => {
  const network = askingNetwork(() => [chunk('a')])
  const answers = Array.from({ length: 17 }, () => ask(network))
  await network.clock.advanceTo(100)
  expect(answers.filter(({ end }) => end === 'complete').length).toBe(16)
  expect(answers[16]?.end).toBe('too-many-requests')
  const later = ask(network)
  await network.clock.advanceTo(200)
  expect(later.end).toBe('complete')
})

test('who loses interest stops the answer, and makes room for another request', async () => {
  let made = 0
  const network = askingNetwork(async function* () {
    for (;;) yield chunk(`${made++}`)
  })
  const iterations = Array.from({ length: 16 }, async () => {
    for await (const _ of network.wires[0]?.request(peerId(1), protocol, new Uint8Array(0), 5) ?? []) break
  })
  await network.clock.advanceTo(100)
  await Promise.all(iterations)
  const next = ask(network, 1_000_000)
  await network.clock.advanceTo(105)
  network.wires[0]?.disconnect(peerId(1))
  expect(next.end).toBe('open')
  await network.clock.advanceTo(200)
  expect(next.end).toBe('disconnected')
  expect(made).toBe(16 * 6)
})
