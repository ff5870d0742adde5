import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../../src/apis/http-json.ts'
import { StateError, UnknownNodeError, WaitTimeoutError } from '../../../src/network/errors.ts'
import { Network } from '../../../src/network/network.ts'
import type { NetworkHost } from '../../../src/network/network-host.ts'
import type { Node } from '../../../src/network/node.ts'
import type { StartProgress } from '../../../src/network/progress.ts'
import { becomeReady } from '../../../src/network/readiness.ts'
import { reportContinuation } from '../../../src/network/report-continuation.ts'
import { SlotClock } from '../../../src/network/slot-clock.ts'
import { virtualTime } from '../../../src/network/virtual-time.ts'
import type { Diagnosis } from '../../../src/observe/doctor/diagnosis.ts'
import { useFakeClock } from '../support/fake-clock.ts'
import { FakeEmbedded } from '../support/fake-embedded.ts'
import { exampleNodes, makeFakeNode, nodeWithView } from './support/fake-node.ts'

const genesisTime = 1_700_000_000
const manifest = exampleNodes(2)

useFakeClock(genesisTime * 1000)

/** A chain that gets a block in every slot, and finality as the specification has it, on one node. */
async function livingNode(index: number): Promise<Node> {
  const plan = manifest.nodes[index]
  if (plan === undefined) throw new Error(`there is no plan for node ${index}`)
  const node = await nodeWithView(plan, {})
  const slot = () => Math.max(0, clockOf().currentSlot)
  vi.spyOn(node.beaconApi, 'header').mockImplementation(async (id) => {
    const at = id === 'head' ? slot() : Number(id)
    return { slot: at, root: `0x${at}`, proposerIndex: 0, parentRoot: `0x${at - 1}` }
  })
  vi.spyOn(node.beaconApi, 'finalityCheckpoints').mockImplementation(async () => {
    const checkpoint = { epoch: Math.max(0, Math.floor(slot() / 8) - 2), root: '0x' }
    return { previousJustified: checkpoint, currentJustified: checkpoint, finalized: checkpoint }
  })
  vi.spyOn(node.beaconApi, 'headersAt').mockResolvedValue([])
  vi.spyOn(node.executionApi, 'connectedPeers').mockResolvedValue(
    manifest.nodes.filter((one) => one !== plan).map(({ devp2p }) => devp2p.nodeId.slice(2)),
  )
  vi.spyOn(node.beaconApi, 'connectedPeers').mockResolvedValue(
    manifest.nodes.filter((one) => one !== plan).map(({ libp2p }) => libp2p.peerId),
  )
  return node
}

function clockOf(): SlotClock {
  return new SlotClock({ genesisTime, slotDurationMs: 2_000, slotsPerEpoch: 8 })
}

/** Stands in for a host with these nodes, as far as waiting needs one. */
function hostOf(nodes: readonly Node[], changes: Partial<NetworkHost> = {}): NetworkHost {
  const host = {
    ...{ manifest, nodes, genesisTime, clock: clockOf(), wasCrashed: false, startedAtSlot: 0 },
    close: async () => {},
    ...changes,
  }
  return host as unknown as NetworkHost
}

/** Lets virtual time pass until the promise settles, and tells in which slot that was. */
async function settle<T>(promise: Promise<T>): Promise<{ value?: T; error?: unknown; slot: number }> {
  let outcome: { value?: T; error?: unknown } | undefined
  promise.then(
    (value) => {
      outcome = { value }
    },
    (error: unknown) => {
      outcome = { error }
    },
  )
  for (let turn = 0; turn < 10_000 && outcome === undefined; turn++) await vi.advanceTimersByTimeAsync(100)
  if (outcome === undefined) throw new Error('it never settled')
  return { ...outcome, slot: clockOf().currentSlot }
}

/** What the doctor, who is not under test here, says of a network. */
function diagnosedAs(summary: string, ...evidence: string[]): Diagnosis {
  return { healthy: false, cause: 'no-peers', summary, evidence, advice: [], also: [] }
}

describe('waiting', () => {
  it('for slots goes by the clock', async () => {
    const network = new Network(hostOf([]))
    expect((await settle(network.waitForSlots(5))).slot).toBe(5)
  })

  it('for a head, for consensus and for finality ends when every node is there', async () => {
    const network = new Network(hostOf([await livingNode(0), await livingNode(1)]))
    expect((await settle(network.waitForHead(3))).slot).toBe(3)
    expect((await settle(network.waitForConsensus())).slot).toBe(3)
    expect((await settle(network.waitForFinalizedEpoch(2))).slot).toBe(32)
  })

  it('for consensus goes on while blocks are on their way', async () => {
    const [first, second] = [await livingNode(0), await livingNode(1)]
    vi.spyOn(second.beaconApi, 'header').mockImplementation(async () => {
      const slot = Math.max(0, clockOf().currentSlot)
      return { slot, root: slot < 4 ? '0xother' : `0x${slot}`, proposerIndex: 0, parentRoot: '0x' }
    })
    const network = new Network(hostOf([first, second]))
    expect(await settle(network.waitForConsensus())).toMatchObject({ value: undefined, slot: 4 })
  })

  it('fails after its slots, and shows what each node said', async () => {
    const stuck = await nodeWithView(manifest.nodes[0] as never, { headSlot: 1, headRoot: '0x11' })
    const network = new Network(hostOf([stuck]))
    const diagnosis = diagnosedAs('node-0 has no peers.', 'node-0 is connected to none of node-1.')
    vi.spyOn(network, 'diagnose').mockResolvedValue(diagnosis)
    const { error, slot } = await settle(network.waitForHead(9, { withinSlots: 3 }))
    expect(error).toBeInstanceOf(WaitTimeoutError)
    expect(error).toMatchObject({
      code: 'wait-timeout',
      category: 'check',
      shortMessage: 'Waited 3 slots for a head at slot 9 on every node, which did not happen.',
      facts: { views: [{ name: 'node-0', headSlot: 1 }], diagnosis, seed: manifest.seed },
    })
    expect((error as Error).message).toContain(
      'Doctor: node-0 has no peers.\n  node-0 is connected to none of node-1.\n',
    )
    expect(slot).toBe(4)
  })

  it('fails at once when no node runs', async () => {
    const { node } = makeFakeNode()
    const network = new Network(hostOf([node]))
    vi.spyOn(network, 'diagnose').mockResolvedValue(diagnosedAs('No node runs.'))
    const { error, slot } = await settle(network.waitForHead(9))
    expect(error).toBeInstanceOf(WaitTimeoutError)
    expect((error as Error).message).toContain('node-0  stopped: does not run')
    expect(slot).toBe(0)
  })

  it('ends with the reason of its signal, and when the network stops', async () => {
    const network = new Network(hostOf([await livingNode(0)]))
    const abort = new AbortController()
    const reason = new Error('enough')
    const aborted = network.waitForHead(100, { signal: abort.signal })
    abort.abort(reason)
    expect((await settle(aborted)).error).toBe(reason)
    const stopped = [network.waitForHead(100), network.waitForSlots(100)]
    const outcomes = Promise.allSettled(stopped)
    await network.stop()
    for (const outcome of (await settle(outcomes)).value ?? [])
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'wrong-state' } })
  })
})

describe('a network', () => {
  it('tells what it is made of', async () => {
    const network = new Network(hostOf([await livingNode(0)]))
    vi.setSystemTime((genesisTime + 17 * 2) * 1000)
    expect(network).toMatchObject({
      name: 'localnet',
      seed: 1,
      genesisTime,
      currentSlot: 17,
      currentEpoch: 2,
    })
    expect(network.validatorDistribution).toEqual({ 'node-0': 4, 'node-1': 4 })
    expect(network.accounts).toHaveLength(10)
    expect(network.node('node-0').name).toBe('node-0')
    expect((await network.peers())[0]).toEqual({
      ...{ name: 'node-0', execution: ['node-1'], consensus: ['node-1'] },
    })
  })

  it('names the nearest node when there is none of a name', async () => {
    const network = new Network(hostOf([await livingNode(0)]))
    expect(() => network.node('node-00')).toThrow(UnknownNodeError)
    expect(() => network.node('node-00')).toThrow('Did you mean node-0?')
  })

  it('stops once, also by disposal', async () => {
    const close = vi.fn(async () => {})
    {
      await using network = new Network(hostOf([], { close }))
      await network.stop()
    }
    expect(close).toHaveBeenCalledTimes(1)
  })
})

describe('a network in real time', () => {
  it('cannot be advanced, and says what to do instead', async () => {
    const network = new Network(hostOf([]))
    const advancing = network.advance({ slots: 1 })
    await expect(advancing).rejects.toBeInstanceOf(StateError)
    await expect(advancing).rejects.toMatchObject({ code: 'wrong-state', category: 'runtime' })
    await expect(advancing).rejects.toThrow("Start it with `time: 'virtual'`, or wait with `waitForSlots`.")
  })

  it('has no digest without embedded nodes', async () => {
    const digest = new Network(hostOf([], { embedded: undefined })).digest()
    await expect(digest).rejects.toBeInstanceOf(StateError)
    await expect(digest).rejects.toThrow('there are no embedded nodes')
  })

  it('has the digest of its embedded nodes', async () => {
    const { network: embedded } = new FakeEmbedded()
    expect(await new Network(hostOf([], { embedded })).digest()).toBe('d1'.repeat(32))
  })
})

describe('a network in virtual time', () => {
  function virtualNetwork(): { network: Network; embedded: FakeEmbedded } {
    const embedded = new FakeEmbedded(genesisTime * 1000)
    const chain = { genesisTime, slotDurationMs: 2_000, slotsPerEpoch: 8 }
    const host = hostOf([], {
      manifest: { ...manifest, time: 'virtual', chain: { ...manifest.chain, ...chain } },
      embedded: embedded.network,
      clock: new SlotClock(chain, virtualTime(embedded.network)),
    })
    return { network: new Network(host), embedded }
  }

  it('stands still until it is advanced, however much time goes by', async () => {
    const { network, embedded } = virtualNetwork()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(network.currentSlot).toBe(0)
    await network.advance({ slots: 3 })
    expect(network.currentSlot).toBe(3)
    await network.advance({ slots: 0.5 })
    expect(embedded.nowMs).toBe((genesisTime + 7) * 1000)
  })

  it('moves on for who waits', async () => {
    const { network } = virtualNetwork()
    await network.waitForSlots(17)
    expect([network.currentSlot, network.currentEpoch]).toEqual([17, 2])
  })

  it('is not advanced for an abort, or when it was stopped', async () => {
    const { network, embedded } = virtualNetwork()
    const reason = new Error('enough')
    const aborted = network.advance({ slots: 1 }, { signal: AbortSignal.abort(reason) })
    await expect(aborted).rejects.toBe(reason)
    await network.stop()
    await expect(network.advance({ slots: 1 })).rejects.toMatchObject({ code: 'wrong-state' })
    expect(embedded.calls).toEqual([])
  })
})

describe('readiness', () => {
  const { signal } = new AbortController()

  it('comes after genesis, with the declared peers and a head that is newer than any before', async () => {
    vi.setSystemTime((genesisTime - 5) * 1000)
    const progress: StartProgress[] = []
    const host = hostOf([await livingNode(0), await livingNode(1)])
    const ready = becomeReady(host, { onProgress: (step) => progress.push(step), signal })
    expect(await settle(ready)).toMatchObject({ value: undefined, slot: 1 })
    expect([...new Set(progress.map(({ stage }) => stage))]).toEqual(['wait-genesis', 'peers', 'head'])
    expect(progress[0]?.message).toBe('genesis in 5 s')
  })

  it('fails with the connections that are missing', async () => {
    const nodes = [await livingNode(0), await livingNode(1)]
    for (const node of nodes) vi.spyOn(node.beaconApi, 'connectedPeers').mockResolvedValue([])
    const { error } = await settle(becomeReady(hostOf(nodes), { onProgress: () => {}, signal }))
    expect(error).toMatchObject({ code: 'not-ready', category: 'start' })
    expect((error as Error).message).toContain('node-0 - node-1 (consensus)')
  })

  it('fails at once when a client crashes meanwhile', async () => {
    const nodes = [await livingNode(0), await livingNode(1)]
    const [first] = nodes
    if (first === undefined) throw new Error('no node')
    vi.spyOn(first.beaconApi, 'connectedPeers').mockImplementation(async () => {
      first.crash = {
        title: 'node-0 geth',
        command: 'geth',
        reason: 'it exited with code 2',
        logFile: '/nowhere/geth.log',
      }
      return []
    })
    const { error } = await settle(becomeReady(hostOf(nodes), { onProgress: () => {}, signal }))
    expect(error).toMatchObject({ code: 'process-start', facts: { title: 'node-0 geth' } })
  })

  it('asks again when a node does not answer in time', async () => {
    const nodes = [await livingNode(0), await livingNode(1)]
    const [first] = nodes
    if (first === undefined) throw new Error('no node')
    const ask = vi.spyOn(first.beaconApi, 'connectedPeers')
    ask.mockRejectedValueOnce(new ApiError('GET /peers', 'no answer in 5000 ms'))
    const { error } = await settle(becomeReady(hostOf(nodes), { onProgress: () => {}, signal }))
    expect(error).toBeUndefined()
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('fails when the nodes do not agree, with the view of each', async () => {
    const nodes = [await livingNode(0), await livingNode(1)]
    const [, second] = nodes
    if (second === undefined) throw new Error('no second node')
    const genesis = { slot: 0, root: '0x0', proposerIndex: 0, parentRoot: '0x' }
    vi.spyOn(second.beaconApi, 'header').mockResolvedValue(genesis)
    const { error, slot } = await settle(becomeReady(hostOf(nodes), { onProgress: () => {}, signal }))
    expect(error).toMatchObject({ code: 'not-ready' })
    expect((error as Error).message).toMatch(/node-1 {2}head 0/)
    // Slot 1 and four epochs of 8 slots.
    expect(slot).toBe(34)
  })
})

describe('the report of a continuation', () => {
  async function messageOf(host: NetworkHost): Promise<string> {
    const messages: string[] = []
    const onProgress = ({ message }: StartProgress) => void messages.push(message)
    await reportContinuation(host, { onProgress, signal: new AbortController().signal })
    return messages.join()
  }

  it('tells the slot of the head and how long ago that was', async () => {
    vi.setSystemTime((genesisTime + 60) * 1000)
    const node = await nodeWithView(manifest.nodes[0] as never, { headSlot: 10, headRoot: '0x10' })
    expect(await messageOf(hostOf([node]))).toBe('continuing after slot 10, 20 slots ago')
  })

  it('tells which blocks a crash has cost: those that a node has stored after its head', async () => {
    vi.setSystemTime((genesisTime + 60) * 1000)
    const node = await nodeWithView(manifest.nodes[0] as never, { headSlot: 10, headRoot: '0x10' })
    vi.spyOn(node.beaconApi, 'headersAt').mockImplementation(async (slot) => {
      if (slot === 12) throw new Error('no answer')
      return slot <= 13 ? [{ slot, root: '0x', proposerIndex: 0, parentRoot: '0x' }] : []
    })
    expect(await messageOf(hostOf([node], { wasCrashed: true, startedAtSlot: 28 }))).toBe(
      'continuing after slot 10, 20 slots ago; the crash has cost the blocks of 2 slots (11, 13), none of them finalized',
    )
  })
})
