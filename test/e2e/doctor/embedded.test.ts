import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Network, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { diagnoseDirectory } from '../../../src/observe/doctor/doctor.ts'
import { eventually } from '../support/eventually.ts'

/** Of util-linux; where they are missing the disk cannot be filled, and its test is skipped. */
const mountProgram = '/usr/bin/mount'
const unmountProgram = '/usr/bin/umount'

const options = { nodes: 4, validators: 64, time: 'virtual', seed: 6 } as const

async function causeOf(network: Network): Promise<string> {
  return (await network.diagnose()).cause
}

// The tests build on one another: each breaks one running network, and mends it again.
describe('the doctor of 4 embedded nodes', () => {
  let network: Network

  beforeAll(async () => {
    network = await startNetwork(options)
  })

  afterAll(async () => {
    await network?.stop()
  })

  test('says healthy in every slot of the first six epochs, and what is final', async () => {
    for (let slot = network.currentSlot; slot < 6 * network.chain.slotsPerEpoch; slot++) {
      expect(await network.diagnose(), `slot ${slot}`).toMatchObject({ cause: 'healthy', also: [] })
      await network.waitForSlots(1)
    }
    const { healthy, summary, evidence } = await network.diagnose()
    expect(healthy).toBe(true)
    expect(summary).toBe('localnet is healthy: 4 nodes have finalized epoch 3 in epoch 6.')
    expect(evidence).toEqual([expect.stringMatching(/^100 % of the validators voted in epoch [45]\.$/)])
  })

  test('names a split at once and as long as it lasts, and not when it is healed', async () => {
    const cut = await network.partition([
      ['node-0', 'node-1'],
      ['node-2', 'node-3'],
    ])
    expect(await causeOf(network)).toBe('partition')
    await network.waitForSlots(4 * network.chain.slotsPerEpoch)
    const { summary, evidence } = await network.diagnose()
    expect(summary).toBe('The network is split: node-0 and node-1 | node-2 and node-3.')
    expect(evidence).toContain('No side has the two thirds of the stake that finality needs.')
    await cut[Symbol.asyncDispose]()
    await network.waitForConsensus()
    const after = await network.diagnose()
    expect(after).toMatchObject({ cause: 'finality-stalled', also: [] })
    expect(after.summary).toMatch(/^Finality is not back yet after a fault that ended \d+ slots ago\.$/)
    expect(after.evidence).toContainEqual(
      expect.stringMatching(/ago was in force: partition: node-0 and node-1 \| node-2 and node-3\.$/),
    )
    await network.waitForFinalizedEpoch(network.currentEpoch)
    expect(await causeOf(network)).toBe('healthy')
  })

  test('names one node that was cut off, and on which side finality goes on', async () => {
    const cut = await network.isolate('node-2')
    await network.waitForSlots(4 * network.chain.slotsPerEpoch)
    const { cause, summary, evidence } = await network.diagnose()
    expect(cause).toBe('partition')
    expect(summary).toBe('The network is split: node-0, node-1 and node-3 | node-2.')
    expect(evidence).toContain('node-0, node-1 and node-3 alone can finalize.')
    await cut[Symbol.asyncDispose]()
    await network.waitForFinalizedEpoch(network.currentEpoch)
    expect(await causeOf(network)).toBe('healthy')
  })

  test.each([
    { way: 'stopped', take: 'stop', give: 'start' },
    { way: 'paused', take: 'pause', give: 'resume' },
    { way: 'killed', take: 'kill', give: 'start' },
  ] as const)('names the stake that is offline when half of the nodes are $way', async ({ take, give }) => {
    await network.node('node-1')[take]()
    expect(await causeOf(network)).toBe('healthy')
    await network.node('node-2')[take]()
    const { cause, evidence, advice } = await network.diagnose()
    expect(cause).toBe('stake-offline')
    expect(evidence).toEqual([
      expect.stringMatching(
        /^node-1 and node-2 are (stopped|paused): validators 16-47, 50 % of the stake\.$/,
      ),
    ])
    expect(advice.join()).toContain(`\`eth-localnet ${give} node-2\``)
    await network.node('node-1')[give]()
    await network.node('node-2')[give]()
    await network.waitForFinalizedEpoch(network.currentEpoch)
    expect(await causeOf(network)).toBe('healthy')
  })

  test.each([3_200, -3_200])('names a clock that is off by %i ms', async (skewMs) => {
    const skew = await network.node('node-3').skewClock(skewMs)
    const { cause, summary } = await network.diagnose()
    expect(cause).toBe('clock-skew')
    expect(summary).toBe('The clock of node-3 is wrong by a slot or more.')
    await skew[Symbol.asyncDispose]()
    await network.waitForFinalizedEpoch(network.currentEpoch)
    expect(await causeOf(network)).toBe('healthy')
  })

  test('names a node that was added and cut off before it had a block', async () => {
    const late = await network.addNode({ name: 'late' })
    const cut = await network.isolate('late')
    await late.restart()
    await network.waitForSlots(4)
    const { cause, summary } = await network.diagnose()
    expect(cause).toBe('no-peers')
    expect(summary).toBe('late has no peers.')
    await cut[Symbol.asyncDispose]()
    await network.waitForConsensus()
    await network.removeNode('late')
    expect(await causeOf(network)).toBe('healthy')
  })

  test('names a node that lacks blocks while it fetches them over slow links', async () => {
    const late = await network.addNode({ name: 'late' })
    await late.stop()
    await network.waitForSlots(network.chain.slotsPerEpoch)
    const edges = network.manifest.edges.filter(({ a, b }) => a === 'late' || b === 'late')
    for (const { a, b } of edges) await network.link(a, b).shape({ latencyMs: 3_000 })
    await late.start()
    const { cause, summary, evidence } = await network.diagnose()
    expect(cause).toBe('syncing')
    expect(summary).toBe('late has not caught up with the chain.')
    expect(evidence).toEqual([expect.stringMatching(/^late is at slot \d+ of \d+, with \d+ peers?; it /)])
    await network.heal()
    await network.waitForConsensus()
    await network.removeNode('late')
    expect(await causeOf(network)).toBe('healthy')
  })

  test.each([
    { kind: 'syncing', cause: 'engine-syncing', says: 'The execution client of node-1 answers SYNCING.' },
    {
      kind: 'silent',
      cause: 'engine-unreachable',
      says: 'The Engine API of node-1 cannot be reached.',
    },
    {
      kind: 'invalid',
      cause: 'engine-invalid',
      says: 'The execution client of node-1 calls payloads invalid that others accept.',
    },
  ] as const)('names an execution client that is $kind', async ({ kind, cause, says }) => {
    const fault = await network.engineFault('node-1', { kind })
    await network.waitForSlots(network.chain.slotsPerEpoch)
    expect(await network.diagnose()).toMatchObject({ cause, summary: says })
    await fault[Symbol.asyncDispose]()
    // It has hung up on peers that sent it blocks which it took for invalid.
    await network.node('node-1').restart()
    await network.waitForFinalizedEpoch(network.currentEpoch)
    expect(await causeOf(network)).toBe('healthy')
  })

  test('names the stake that is offline when validators of running nodes do nothing', async () => {
    const deed = { kind: 'offline' } as const
    const silent = [
      await network.misbehave({ node: 'node-0', deed }),
      await network.misbehave({ node: 'node-1', deed }),
    ]
    await network.waitForSlots(3 * network.chain.slotsPerEpoch)
    const { cause, evidence } = await network.diagnose()
    expect(cause).toBe('stake-offline')
    expect(evidence).toEqual([expect.stringMatching(/^Validators 0-31 did not vote, 50 % of the stake/)])
    for (const one of silent) await one[Symbol.asyncDispose]()
    await network.waitForFinalizedEpoch(network.currentEpoch)
    expect(await causeOf(network)).toBe('healthy')
  })

  test('names an Engine API that refuses the secret in the file', async () => {
    const { jwtSecretFile } = network.node('node-1').execution
    const secret = await readFile(jwtSecretFile, 'utf8')
    await writeFile(jwtSecretFile, 'ab'.repeat(32))
    const { cause, evidence } = await network.diagnose()
    expect(cause).toBe('jwt-wrong')
    expect(evidence).toEqual([expect.stringContaining(`signed with the secret in ${jwtSecretFile}`)])
    await writeFile(jwtSecretFile, secret)
    expect(await causeOf(network)).toBe('healthy')
  })

  test('names keys that nobody has when their node was removed', async () => {
    await network.removeNode('node-3')
    const { cause, summary } = await network.diagnose()
    expect(cause).toBe('keys-missing')
    expect(summary).toBe('Nobody signs for validators 48-63, 25 % of the stake.')
  })

  test('says that all is stopped', async () => {
    await network.stop()
    expect(await network.diagnose()).toMatchObject({ healthy: false, cause: 'not-running' })
  })
})

describe('the doctor of a network whose plan was changed by hand', () => {
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'eth-localnet-doctor-'))
    await using network = await startNetwork({ ...options, dir: directory })
    await network.waitForSlots(2)
  })

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true })
  })

  /** Gives the last node the keys of these validators, from now on. */
  async function giveKeys(validators: { first: number; count: number }): Promise<void> {
    const file = join(directory, 'network.json')
    const saved = JSON.parse(await readFile(file, 'utf8'))
    saved.manifest.nodes[3].validators = validators
    await writeFile(file, JSON.stringify(saved))
  }

  test('names keys that are on no node', async () => {
    await giveKeys({ first: 48, count: 4 })
    await using network = await startNetwork({ dir: directory })
    await network.waitForSlots(2)
    const { cause, summary } = await network.diagnose()
    expect(cause).toBe('keys-missing')
    expect(summary).toBe('Nobody signs for validators 52-63, 19 % of the stake.')
  })

  test('names keys that two nodes sign with, and the blocks that prove it', async () => {
    await giveKeys({ first: 32, count: 32 })
    await using network = await startNetwork({ dir: directory })
    await network.waitForSlots(2 * network.chain.slotsPerEpoch)
    const { cause, evidence } = await network.diagnose()
    expect(cause).toBe('keys-duplicated')
    expect(evidence[0]).toBe('node-2 and node-3 were both given the keys of validators 32-47.')
    expect(evidence[1]).toMatch(/^Validator (3[2-9]|4[0-7]) signed two blocks for slot \d+/)
  })
})

describe('the doctor of embedded nodes whose thread has ended', () => {
  test('names the crash, with the last lines of their logs', async () => {
    const told = vi.spyOn(Worker.prototype, 'postMessage')
    const network = await startNetwork({ nodes: 4, validators: 16, time: 'virtual', seed: 6 })
    await network.waitForSlots(4)
    const [thread] = told.mock.contexts as [Worker]
    await thread.terminate()
    const { cause, summary, evidence } = await network.diagnose()
    expect(cause).toBe('client-crashed')
    expect(summary).toMatch(
      /^node-0 embedded consensus client, .* and node-3 embedded consensus client crashed\.$/,
    )
    expect(evidence[0]).toBe('node-0 embedded consensus client: it exited with code 1.')
    expect(evidence.slice(2, 8).join()).toMatch(/ {2}\| .*block imported slot=/)
    await expect(network.stop()).rejects.toMatchObject({ code: 'embedded-thread' })
  })
})

describe('the doctor of a directory that another process could have', () => {
  test('finds the nodes by their ports, and says before genesis that it is still to come', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'eth-localnet-doctor-'))
    const stop = new AbortController()
    let found: Promise<unknown> | undefined
    const started = startNetwork({
      nodes: 2,
      validators: 8,
      dir: directory,
      genesisTime: Math.ceil(Date.now() / 1000) + 60,
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage !== 'wait-genesis') return
        found ??= diagnoseDirectory({ directory, isHeld: true }).finally(() => stop.abort())
      },
    })
    await expect(started).rejects.toThrow()
    expect(await found).toMatchObject({ cause: 'not-yet-genesis', also: [] })
    const { cause } = await diagnoseDirectory({ directory, isHeld: false })
    expect(cause).toBe('not-running')
    await rm(directory, { recursive: true, force: true })
  })
})

describe('the doctor of a network that is too much for its machine', () => {
  test('says that the slots are too short', async () => {
    // 5,000 votes are signed and verified in every slot of one second: some seconds of work for one thread.
    await using network = await startNetwork({ nodes: 2, validators: 40_000, slotDurationMs: 1_000 })
    const { summary, evidence } = await eventually(network, 60, async () => {
      const found = await network.diagnose()
      expect(found).toMatchObject({ cause: 'slots-too-short' })
      return found
    })
    expect(summary).toBe('Slots of 1 s are too short for this machine.')
    expect(evidence[0]).toMatch(/^Half of the last \d+ blocks were made [\d.]+ s or more after/)
  })
})

describe('the doctor of a network on a small disk', () => {
  test('names the full disk', async (context) => {
    const directory = await mkdtemp(join(tmpdir(), 'eth-localnet-doctor-'))
    const mounted = spawnSync(mountProgram, ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', directory])
    if (mounted.status !== 0) context.skip(`no file system can be mounted here: ${mounted.stderr}`)
    try {
      await using network = await startNetwork({ ...options, dir: join(directory, 'network') })
      expect(await causeOf(network)).toBe('healthy')
      await writeFile(join(directory, 'ballast'), Buffer.alloc(128 * 2 ** 20)).catch(() => {})
      const { cause, summary, evidence } = await network.diagnose()
      expect(cause).toBe('disk-full')
      expect(summary).toBe(`The disk that holds ${network.directory} is full.`)
      expect(evidence[0]).toMatch(/^0 MiB of 128 MiB are free/)
      await rm(join(directory, 'ballast'))
      expect(await causeOf(network)).toBe('healthy')
    } finally {
      spawnSync(unmountProgram, [directory])
      await rm(directory, { recursive: true, force: true })
    }
  })
})
