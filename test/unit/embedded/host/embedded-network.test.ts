import { EventEmitter } from 'node:events'
import workerThreads from 'node:worker_threads'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { EmbeddedNetwork } from '../../../../src/embedded/host/embedded-network.ts'
import { EmbeddedNodeError, EmbeddedThreadError } from '../../../../src/embedded/host/errors.ts'
import type {
  HostCall,
  HostError,
  HostMessage,
  HostSetup,
  OpenParameters,
} from '../../../../src/embedded/host/host-methods.ts'
import * as nativeLibraries from '../../../../src/genesis/native-libraries.ts'
import { useBuiltin } from '../../support/builtin.ts'
import { examplePlan } from '../../support/example-plan.ts'

/** A thread that is none: the test answers for it. */
class FakeWorker extends EventEmitter {
  static last: FakeWorker
  readonly calls: HostCall[] = []
  readonly setup: HostSetup
  isTerminated = false

  constructor(_: URL, { workerData }: { workerData: HostSetup }) {
    super()
    this.setup = workerData
    FakeWorker.last = this
  }

  postMessage(call: HostCall): void {
    this.calls.push(call)
  }

  /** What was last asked for. */
  get asked(): readonly unknown[] {
    const call = this.calls.at(-1)
    return call === undefined ? [] : [call.method, ...call.parameters]
  }

  send(message: HostMessage): void {
    this.emit('message', message)
  }

  /** Answers the last call, or the one with this id. */
  answer(result: unknown, id = this.calls.at(-1)?.id ?? -1): void {
    this.send({ type: 'result', id, result })
  }

  async terminate(): Promise<void> {
    this.isTerminated = true
    this.emit('exit', 1)
  }
}

useBuiltin(workerThreads, { Worker: FakeWorker as never })

const manifest = examplePlan({ nodes: 2, validators: 8, time: 'virtual' })
const startTimeMs = 1_700_000_000_000
const openParameters: OpenParameters = {
  genesisTime: startTimeMs / 1000,
  genesisValidatorsRoot: `0x${'ab'.repeat(32)}`,
  executionGenesisJson: '/nowhere/genesis.json',
  consensusGenesisSsz: '/nowhere/genesis.ssz',
  storeDirectory: '/nowhere/store',
  startTimeMs,
}

let network: EmbeddedNetwork
let worker: FakeWorker

beforeEach(async () => {
  vi.spyOn(nativeLibraries, 'keepNativeLibrariesLoaded').mockResolvedValue()
  network = await EmbeddedNetwork.load(manifest)
  worker = FakeWorker.last
})

async function open(): Promise<void> {
  const opening = network.open(openParameters)
  worker.answer(startTimeMs)
  await opening
}

async function startNode(index: number): Promise<{ execution: string[]; consensus: string[] }> {
  const plan = manifest.nodes[index]
  if (plan === undefined) throw new Error(`there is no plan for node ${index}`)
  const failures: { execution: string[]; consensus: string[] } = { execution: [], consensus: [] }
  const parameters = {
    ...{ plan, ports: plan.ports, jwtSecretFile: '/nowhere/jwt.hex', logFile: '/nowhere/log' },
    ...{ layers: ['execution', 'consensus'] as const, peers: [] },
  }
  for (const layer of ['execution', 'consensus'] as const) {
    const starting = network.start(layer, parameters, (reason) => failures[layer].push(reason))
    expect(worker.asked).toEqual(['start', layer, parameters])
    worker.answer(undefined)
    await starting
  }
  return failures
}

describe('a thread of embedded nodes', () => {
  it('is given the plan, and the version under which its APIs go', () => {
    expect(worker.setup).toEqual({
      manifest,
      version: expect.stringMatching(/^eth-localnet\/v\d+\.\d+\.\d+/),
    })
  })

  it('is asked by messages, and may answer them in any order', async () => {
    const request = { method: 'GET', path: '/eth/v1/node/version', headers: {} }
    const [digest, response] = [network.digest(), network.request('consensus', 'node-1', request)]
    expect(worker.calls.map(({ method, parameters }) => [method, ...parameters])).toEqual([
      ['digest'],
      ['request', 'consensus', 'node-1', request],
    ])
    const [first, second] = worker.calls
    worker.answer({ status: 200, body: '{}' }, second?.id)
    worker.answer('ab', first?.id)
    expect(await response).toEqual({ status: 200, body: '{}' })
    expect(await digest).toBe('ab')
  })

  it('answers an error with its code and facts', async () => {
    const error: HostError = {
      code: 'port-taken',
      category: 'start',
      shortMessage: 'The port 20000 is taken.',
      metaMessages: ['End whoever has it.'],
      facts: { port: 20_000 },
    }
    const removing = network.remove('node-1')
    worker.send({ type: 'error', id: worker.calls[0]?.id ?? -1, error })
    await expect(removing).rejects.toBeInstanceOf(EmbeddedNodeError)
    await expect(removing).rejects.toMatchObject({ ...error, name: 'EmbeddedNodeError' })
  })

  it('tells the failure of one layer of one node to whoever started it', async () => {
    const [first, second] = [await startNode(0), await startNode(1)]
    worker.send({ type: 'failure', failure: { layer: 'consensus', name: 'node-1', reason: 'no reason' } })
    expect(first).toEqual({ execution: [], consensus: [] })
    expect(second).toEqual({ execution: [], consensus: ['no reason'] })
  })
})

describe('virtual time', () => {
  it('is the time that the thread has reached, and never goes back', async () => {
    await open()
    expect(network.nowMs).toBe(startTimeMs)
    const advancing = network.advanceTo(startTimeMs + 500)
    expect(worker.asked).toEqual(['advanceTo', startTimeMs + 500])
    worker.answer(startTimeMs + 500)
    await advancing
    expect(network.nowMs).toBe(startTimeMs + 500)
    const asked = worker.calls.length
    await network.advanceTo(startTimeMs + 100)
    expect(network.nowMs).toBe(startTimeMs + 500)
    expect(worker.calls).toHaveLength(asked)
  })

  it("goes on to the end when another waiter's interruption stopped it on the way", async () => {
    await open()
    const advancing = network.advanceTo(startTimeMs + 500)
    worker.answer(startTimeMs + 200)
    await vi.waitFor(() =>
      expect(worker.calls.filter(({ method }) => method === 'advanceTo')).toHaveLength(2),
    )
    worker.answer(startTimeMs + 500)
    await advancing
    expect(network.nowMs).toBe(startTimeMs + 500)
  })

  it('is interrupted by an abort, and stays where it was by then', async () => {
    await open()
    const abort = new AbortController()
    const reason = new Error('enough')
    const advancing = network.advanceTo(startTimeMs + 9_000, abort.signal)
    const call = worker.calls.at(-1)
    abort.abort(reason)
    expect(worker.asked).toEqual(['interrupt'])
    worker.answer(startTimeMs + 4_000, call?.id)
    await expect(advancing).rejects.toBe(reason)
    expect(network.nowMs).toBe(startTimeMs + 4_000)
  })

  it('is not interrupted by an abort that comes before or after', async () => {
    await open()
    const asked = worker.calls.length
    const reason = new Error('enough')
    await expect(network.advanceTo(startTimeMs + 1, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(worker.calls).toHaveLength(asked)
    const abort = new AbortController()
    const advancing = network.advanceTo(startTimeMs + 1, abort.signal)
    worker.answer(startTimeMs + 1)
    await advancing
    abort.abort(reason)
    expect(worker.asked).toEqual(['advanceTo', startTimeMs + 1])
  })
})

describe('a thread that ends by itself', () => {
  it.each([
    ['an error', () => worker.emit('error', new Error('out of memory')), 'out of memory'],
    ['an exit', () => worker.emit('exit', 3), 'it exited with code 3'],
  ])('with %s fails whoever waits, whoever asks later, and every node once', async (_, end, reason) => {
    const [first, second] = [await startNode(0), await startNode(1)]
    const waiting = network.digest()
    end()
    worker.emit('exit', 1)
    await expect(waiting).rejects.toBeInstanceOf(EmbeddedThreadError)
    await expect(waiting).rejects.toMatchObject({ code: 'embedded-thread', facts: { reason } })
    await expect(network.digest()).rejects.toBe(await waiting.catch((error) => error))
    for (const failures of [first, second])
      expect(failures).toEqual({ execution: [reason], consensus: [reason] })
    // Nothing is left to be asked for.
    const asked = worker.calls.length
    await network.close()
    expect(worker.calls).toHaveLength(asked)
  })
})

describe('the end of a network', () => {
  it('lets the thread finish, ends it, and is no failure of its nodes', async () => {
    const failures = await startNode(0)
    const closing = network.close()
    expect(worker.asked).toEqual(['close'])
    expect(worker.isTerminated).toBe(false)
    worker.answer(undefined)
    await closing
    expect(worker.isTerminated).toBe(true)
    expect(failures).toEqual({ execution: [], consensus: [] })
  })

  it('comes once, also by disposal, and leaves nothing to stop', async () => {
    {
      await using disposed = network
      const closing = disposed.close()
      worker.answer(undefined)
      await closing
    }
    await network.stop('consensus', 'node-0')
    await network.kill('execution', 'node-0')
    expect(worker.calls.map(({ method }) => method)).toEqual(['close'])
  })
})
