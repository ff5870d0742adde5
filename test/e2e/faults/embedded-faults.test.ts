import { type Network, startNetwork } from 'eth-localnet'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { embeddedVirtual } from '../support/clients-under-test.ts'

const options = {
  ...embeddedVirtual.nodes(4),
  validators: 32,
  slotsPerEpoch: 4,
  preset: 'minimal',
  seed: 7,
} as const

let network: Network
beforeAll(async () => {
  network = await startNetwork(options)
})
afterEach(async () => {
  await network.heal()
  expect(network.faults()).toEqual([])
  await network.waitForConsensus()
})
afterAll(async () => {
  await network?.stop()
})

async function peersOf(name: string): Promise<readonly string[]> {
  const peers = (await network.peers()).find((one) => one.name === name)
  expect(peers?.execution).toEqual(peers?.consensus)
  return peers?.consensus ?? []
}

async function headSlotOf(name: string): Promise<number> {
  return (await network.views()).find((view) => view.name === name)?.headSlot ?? Number.NaN
}

describe('links', () => {
  it('a node that is isolated stays so when it is started again, and comes back with the heal', async () => {
    const isolated = await network.isolate('node-3')
    const node = network.node('node-3')
    await node.restart()
    expect(await peersOf('node-3')).toEqual([])
    await network.waitForSlots(4)
    expect(await headSlotOf('node-0')).toBeGreaterThan(await headSlotOf('node-3'))
    await isolated.end()
    expect(await peersOf('node-3')).toEqual(['node-0', 'node-1', 'node-2'])
  })

  it('two sides of a bridge hear of each other through the one node that joins them', async () => {
    await using _ = await network.bridge('node-0', ['node-1', 'node-2'], { via: 'node-3' })
    expect(await peersOf('node-0')).toEqual(['node-3'])
    expect(await peersOf('node-1')).toEqual(['node-2', 'node-3'])
    await network.waitForSlots(4)
    await network.waitForConsensus({ withinSlots: 2 })
  })

  it('that lose everything keep their ends connected, and let nothing through', async () => {
    for (const peer of ['node-0', 'node-1', 'node-2']) {
      await network.link(peer, 'node-3').shape({ lossPercent: 100 })
    }
    expect(await peersOf('node-3')).toEqual(['node-0', 'node-1', 'node-2'])
    const before = await headSlotOf('node-3')
    await network.waitForSlots(4)
    const after = await headSlotOf('node-0')
    expect(after).toBeGreaterThan(before + 1)
    // It has but its own blocks, if any.
    expect((await network.views()).at(-1)?.headRoot).not.toBe((await network.views())[0]?.headRoot)
  })

  it('can be slow in one direction alone', async () => {
    for (const peer of ['node-0', 'node-1', 'node-2']) {
      await network.link(peer, 'node-3').shape({ latencyMs: 2_500, direction: 'forward' })
    }
    const records = network.history.records.length
    await network.waitForSlots(8)
    const blocks = network.history.records.slice(records).filter((record) => record.type === 'block')
    const delaysMs = (to: string, by: readonly string[]) => {
      const seen = blocks.filter(({ node }) => node === to)
      return seen.flatMap(({ root, timeMs }) => {
        const first = blocks.find((block) => block.root === root && by.includes(block.node))
        return first === undefined || first.timeMs > timeMs ? [] : [timeMs - first.timeMs]
      })
    }
    // What node-3 makes is with the others at once; what they make is late there.
    expect(Math.max(...delaysMs('node-3', ['node-0', 'node-1', 'node-2']))).toBeGreaterThanOrEqual(2_500)
    expect(Math.max(...delaysMs('node-0', ['node-3']), 0)).toBeLessThan(1_000)
  })

  it('a partition by stake cuts off less than a third, and the others go on finalizing', async () => {
    await using partition = await network.partition({ minority: 1 / 3 })
    expect(partition.fault.parameters).toMatchObject({ groups: [['node-3']] })
    await network.waitForSlots(16)
    const finalized = (await network.views()).map(({ finalizedEpoch }) => finalizedEpoch ?? 0)
    expect(finalized[0]).toBeGreaterThan(finalized[3] ?? 0)
  })

  it('of a node that is added come under the faults in force', async () => {
    await using _ = await network.partition([['node-0', 'node-1']])
    const late = await network.addNode({ peers: ['node-0', 'node-2'] })
    expect(await peersOf(late.name)).toEqual(['node-2'])
    await network.removeNode(late.name)
  })
})

describe('clocks', () => {
  it('of a node can be wrong, also after it was started again', async () => {
    const node = network.node('node-3')
    const skewed = await node.skewClock(10_000)
    await node.restart()
    const distance = async () => {
      const answer = await fetch(`${node.consensus.apiUrl}/eth/v1/node/syncing`)
      return Number(((await answer.json()) as { data: { sync_distance: string } }).data.sync_distance)
    }
    expect(await distance()).toBeGreaterThanOrEqual(9)
    await skewed.end()
    await network.waitForSlots(2)
    expect(await distance()).toBeLessThanOrEqual(2)
  })
})

describe('nodes', () => {
  it('that are paused or killed are faults until they run again', async () => {
    const [paused, killed] = [network.node('node-1'), network.node('node-2')]
    const pause = await paused.pause()
    await killed.kill()
    expect(network.faults()).toMatchObject([
      { kind: 'pause', parameters: { node: 'node-1' } },
      { kind: 'kill', parameters: { node: 'node-2' } },
    ])
    await pause[Symbol.asyncDispose]()
    await pause[Symbol.asyncDispose]()
    expect(paused.state).toBe('running')
    const [fault] = network.faults()
    await network.heal({ fault: fault?.id })
    expect(killed.state).toBe('running')
  })

  it('can be killed while they start', async () => {
    const node = network.node('node-2')
    await node.stop()
    const starting = node.start()
    const killed = node.kill()
    await expect(starting).rejects.toMatchObject({ code: 'wrong-state' })
    await killed
    expect(node.state).toBe('stopped')
    await node.start()
  })
})

describe('what cannot be', () => {
  it.each([
    ['unknown-node', () => network.isolate('node-9')],
    ['unknown-node', () => network.partition([['node-0'], ['nobody']])],
    ['fault-invalid', () => network.partition([['node-0', 'node-1'], ['node-1']])],
    ['fault-invalid', () => network.partition([['node-0'], []])],
    ['fault-invalid', () => network.link('node-0', 'node-1').shape({ latencyMs: -5 })],
    ['fault-invalid', () => network.node('node-0').skewClock(0)],
    ['fault-invalid', () => network.heal({ fault: 'partition-999' })],
  ])('is refused with a typed error, and leaves nothing behind: %s', async (code, call) => {
    // Some throw before there is a promise.
    const called = (async () => {
      await call()
    })()
    await expect(called).rejects.toMatchObject({ code })
    expect(network.faults()).toEqual([])
    expect(await peersOf('node-0')).toEqual(['node-1', 'node-2', 'node-3'])
  })
})

describe('the history of a network', () => {
  it('is the same for the same faults, and has each of them as a span', async () => {
    const [one, other] = [await faultyRun(), await faultyRun()]
    expect(one.digest).toBe(other.digest)
    expect(one.spans).toEqual([
      'begin shape-1',
      'begin partition-1',
      'end partition-1',
      'begin skew-1',
      'end shape-1',
      'end skew-1',
    ])
  })
})

async function faultyRun(): Promise<{ digest: string; spans: string[] }> {
  await using own = await startNetwork(options)
  const worse = { latencyMs: 80, jitterMs: 40, lossPercent: 10, bandwidthKbps: 2_000 }
  await own.link('node-0', 'node-2').shape(worse)
  {
    await using _ = await own.partition([['node-0', 'node-1']])
    await own.waitForSlots(6)
  }
  await own.node('node-3').skewClock(-700)
  await own.waitForSlots(6)
  const digest = await own.digest()
  const { history } = own
  await own.stop()
  const faults = history.records.filter((record) => record.type === 'fault')
  return { digest, spans: faults.map(({ phase, id }) => `${phase} ${id}`) }
}

it('a fault that is asked for while the network stops fails, and holds nothing up', async () => {
  const own = await startNetwork(options)
  const partition = await own.partition([['node-0']])
  const stopping = own.stop()
  await expect(own.isolate('node-1')).rejects.toMatchObject({ code: 'wrong-state' })
  await partition[Symbol.asyncDispose]()
  await stopping
  await expect(own.heal()).rejects.toMatchObject({ code: 'wrong-state' })
})
