import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Network, OptionError, type StartNetworkOptions, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

const small = { nodes: 2, validators: 8, time: 'virtual', seed: 6 } as const satisfies StartNetworkOptions
const wrongState = { name: 'StateError', code: 'wrong-state' }

/** Far enough never to be reached. */
const farSlots = 1_000_000

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'eth-localnet-lifecycle-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

describe('two networks in one process', () => {
  const lastSlot = 26

  async function digestAtEnd(network: Network): Promise<string> {
    await network.waitForSlots(lastSlot - network.currentSlot)
    await network.assertConsensus()
    return network.digest()
  }

  test('with different presets have the history that each has alone', async () => {
    const minimal = { ...small, preset: 'minimal', slotsPerEpoch: 6 } as const
    const mainnet = { ...small, preset: 'mainnet', slotsPerEpoch: 8, forks: { electra: 1 } } as const
    const alone: string[] = []
    for (const options of [minimal, mainnet]) {
      await using network = await startNetwork(options)
      alone.push(await digestAtEnd(network))
    }
    const both = await Promise.all([startNetwork(minimal), startNetwork(mainnet)])
    onTestFinished(async () => void (await Promise.all(both.map((network) => network.stop()))))
    expect(await Promise.all(both.map(digestAtEnd))).toEqual(alone)
  })

  test('one in virtual and one in real time do not hold each other up', async () => {
    await using real = await startNetwork({ ...small, time: 'real' })
    await using virtual = await startNetwork(small)
    const slot = real.currentSlot
    await Promise.all([virtual.waitForFinalizedEpoch(4), real.waitForHead(slot + 3)])
    await virtual.assertConsensus()
    await real.waitForConsensus()
    expect(virtual.genesisTime).toBe(1_700_000_000)
    expect(Math.abs(real.genesisTime - Date.now() / 1000)).toBeLessThan(3_600)
  })
})

describe('stop', () => {
  test.each<[string, (network: Network) => Promise<unknown>]>([
    ['advance', (network) => network.advance({ slots: farSlots })],
    ['waitForSlots', (network) => network.waitForSlots(farSlots)],
    ['waitForHead', (network) => network.waitForHead(farSlots)],
    ['waitForFinalizedEpoch', (network) => network.waitForFinalizedEpoch(farSlots)],
    [
      'waitForConsensus',
      (network) =>
        network
          .node('node-1')
          .pause()
          .then(() => waitInVain(network)),
    ],
  ])('ends %s that is under way, with an error that says so', async (_, wait) => {
    const network = await startNetwork(small)
    const { directory } = network
    const outcome = expect(wait(network)).rejects.toMatchObject({
      ...wrongState,
      shortMessage: 'The network localnet was stopped.',
    })
    await Promise.all([network.stop(), network.stop()])
    await outcome
    expect(network.nodes.map(({ state }) => state)).toEqual(['stopped', 'stopped'])
    expect(existsSync(directory)).toBe(false)
  })

  async function waitInVain(network: Network): Promise<void> {
    for (;;) await network.waitForConsensus()
  }

  test('leaves nobody listening, and only typed errors', async () => {
    const network = await startNetwork(small)
    const [node] = network.nodes
    await network.stop()
    for (const url of [node?.execution.rpcUrl, node?.execution.engineUrl, node?.consensus.apiUrl]) {
      await expect(fetch(`${url}/eth/v1/node/version`)).rejects.toThrow('fetch failed')
    }
    const misuses: (() => Promise<unknown>)[] = [
      () => network.advance({ slots: 1 }),
      () => network.waitForSlots(1),
      () => network.waitForFinalizedEpoch(1),
      () => network.digest(),
      () => network.addNode(),
      () => network.removeNode('node-1'),
      () => network.node('node-1').start(),
    ]
    for (const misuse of misuses) {
      await expect(misuse(), String(misuse)).rejects.toMatchObject({
        code: 'wrong-state',
        message: expect.stringContaining('stopped'),
      })
    }
  })

  test('ends the reports of slots', async () => {
    const network = await startNetwork(small)
    const slots: number[] = []
    for await (const { slot } of network.slots()) {
      slots.push(slot)
      if (slots.length === 3) await network.stop()
    }
    expect(slots).toHaveLength(3)
  })
})

describe('an abort signal', () => {
  let network: Network

  beforeAll(async () => {
    network = await startNetwork(small)
  })

  afterAll(async () => {
    await network?.stop()
  })

  test.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ['advance', (signal) => network.advance({ slots: farSlots }, { signal })],
    ['waitForSlots', (signal) => network.waitForSlots(farSlots, { signal })],
    ['waitForHead', (signal) => network.waitForHead(farSlots, { signal })],
    ['waitForFinalizedEpoch', (signal) => network.waitForFinalizedEpoch(farSlots, { signal })],
  ])('ends %s with its reason, and time can go on', async (_, wait) => {
    const abort = new AbortController()
    const before = network.currentSlot
    const outcome = expect(wait(abort.signal)).rejects.toThrow('had enough')
    // By HTTP it is seen that time moves.
    await expect.poll(headSlotByHttp, { timeout: 30_000 }).toBeGreaterThan(before)
    abort.abort(new Error('had enough'))
    await outcome
    await expect(wait(abort.signal)).rejects.toThrow('had enough')
    const reached = network.currentSlot
    await network.advance({ slots: 2 })
    expect(network.currentSlot).toBe(reached + 2)
    await network.assertConsensus()
  })

  async function headSlotByHttp(): Promise<number> {
    const response = await fetch(`${network.nodes[0]?.consensus.apiUrl}/eth/v1/node/syncing`)
    const { data } = (await response.json()) as { data: { head_slot: string } }
    return Number(data.head_slot)
  }

  test('ends one wait, and not another one of the same network', async () => {
    const abort = new AbortController()
    const target = network.currentSlot + 40
    const others = network.waitForHead(target)
    const outcome = expect(network.advance({ slots: farSlots }, { signal: abort.signal })).rejects.toThrow(
      'one',
    )
    abort.abort(new Error('one'))
    await outcome
    await others
    expect(network.currentSlot).toBeGreaterThanOrEqual(target)
  })

  test('ends a start, whatever it is doing, and leaves no directory', async () => {
    for (const stage of ['genesis', 'start', 'head']) {
      const dir = join(await temporaryDirectory(), 'network')
      const abort = new AbortController()
      const start = startNetwork({
        ...small,
        dir,
        signal: abort.signal,
        onProgress: (progress) => {
          if (progress.stage === stage) abort.abort(new Error(`enough in ${stage}`))
        },
      })
      await expect(start).rejects.toThrow(`enough in ${stage}`)
      await using again = await startNetwork({ ...small, dir, fresh: true })
      await again.waitForHead(2)
    }
  })
})

describe('what cannot be', () => {
  test('time of the real world is not advanced', async () => {
    await using network = await startNetwork({ ...small, nodes: 1, time: 'real' })
    await expect(network.advance({ slots: 1 })).rejects.toMatchObject({
      ...wrongState,
      shortMessage: 'Cannot advance: the network runs in real time.',
    })
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('time is not advanced by %d slots', async (slots) => {
    await using network = await startNetwork({ ...small, nodes: 1 })
    const before = network.currentSlot
    await expect(network.advance({ slots })).rejects.toBeInstanceOf(OptionError)
    expect(network.currentSlot).toBe(before)
    await network.advance({ slots: 1 })
    expect(network.currentSlot).toBe(before + 1)
  })

  test('Geth and Prysm write no trace, and keep their own clocks', async () => {
    const nodes = [{ execution: 'geth', consensus: 'prysm' }]
    const trace = join(await temporaryDirectory(), 'trace')
    await expect(startNetwork({ nodes, trace })).rejects.toMatchObject({
      code: 'option-invalid',
      facts: { field: 'trace' },
    })
    expect(existsSync(trace)).toBe(false)
    await expect(startNetwork({ nodes, time: 'virtual' })).rejects.toMatchObject({ facts: { field: 'time' } })
  })
})

test('a trace has a folder for each node, as test vectors have them', async () => {
  const trace = join(await temporaryDirectory(), 'trace')
  const network = await startNetwork({ ...small, trace })
  await network.waitForSlots(20)
  await network.stop()
  expect((await readdir(trace)).sort()).toEqual(['node-0', 'node-1'])
  for (const node of ['node-0', 'node-1']) {
    const files = await readdir(join(trace, node))
    expect(files).toEqual(
      expect.arrayContaining([
        'anchor_block.ssz_snappy',
        'anchor_state.ssz_snappy',
        'config.yaml',
        'steps.yaml',
      ]),
    )
    expect(files.filter((file) => file.startsWith('block_0x')).length).toBeGreaterThanOrEqual(20)
  }
})
