import { type Network, type NetworkOptions, startNetwork } from 'eth-localnet'
import { expect } from 'vitest'
import type { ClientsUnderTest } from '../support/clients-under-test.ts'

/** Milliseconds of real time that each step took, and slots of the network's own. */
export type Measured = Readonly<
  Record<'cut' | 'healed' | 'oneHead' | 'freshFinality', { ms: number; slots: number }>
>

export interface ScenarioParameters {
  readonly clients: ClientsUnderTest
  readonly options?: NetworkOptions
  /** How long the two sides are apart: more than two epochs, so that nothing can be finalized any more. */
  readonly apartSlots: number
  /** Slots within which all agree on a head again. */
  readonly agreeWithinSlots: number
}

interface Head {
  readonly slot: number
  readonly root: string
}

const left = ['node-0', 'node-1']
const right = ['node-2', 'node-3']

/**
 * Healthy and finalizing, split in two halves, healed: both halves go on, nothing new is justified, and the doctor
 * says why; then all nodes have one head again, one half's branch is given up, and an epoch that began after the heal is finalized
 * everywhere.
 */
export async function splitAndHeal(parameters: ScenarioParameters): Promise<Measured> {
  const { clients, options, apartSlots, agreeWithinSlots } = parameters
  await using network = await startNetwork({ ...clients.nodes(4), validators: 64, seed: 7, ...options })
  await network.waitForFinalizedEpoch(1)

  const beforeCut = stopwatch(network)
  const partition = await network.partition([left, right])
  const cut = beforeCut()
  const cutEpoch = network.currentEpoch
  const cutSlot = network.currentSlot
  expect(network.faults()).toEqual([partition.fault])
  expect(await network.peers()).toEqual([
    { name: 'node-0', execution: ['node-1'], consensus: ['node-1'] },
    { name: 'node-1', execution: ['node-0'], consensus: ['node-0'] },
    { name: 'node-2', execution: ['node-3'], consensus: ['node-3'] },
    { name: 'node-3', execution: ['node-2'], consensus: ['node-2'] },
  ])

  await network.waitForSlots(apartSlots)
  const apart = await network.views()
  const [oldLeft, oldRight] = [headOf(apart, left), headOf(apart, right)]
  for (const head of [oldLeft, oldRight]) expect(head.slot).toBeGreaterThan(cutSlot)
  expect(oldLeft.root).not.toBe(oldRight.root)
  for (const { justifiedEpoch } of apart) expect(justifiedEpoch).toBeLessThanOrEqual(cutEpoch)
  await expect(network.assertConsensus()).rejects.toMatchObject({ code: 'no-consensus' })
  expect(await network.diagnose()).toMatchObject({ healthy: false, cause: 'partition' })

  const beforeHeal = stopwatch(network)
  const healMs = network.history.records.at(-1)?.timeMs ?? 0
  const freshEpoch = network.currentEpoch + 1
  const [healed, oneHead] = await Promise.all([
    partition[Symbol.asyncDispose]().then(beforeHeal),
    network.waitForConsensus({ withinSlots: agreeWithinSlots }).then(beforeHeal),
  ])
  expect(network.faults()).toEqual([])
  await network.waitForFinalizedEpoch(freshEpoch)
  const freshFinality = beforeHeal()
  await network.assertConsensus()
  await expectOneGivenUp(network, [oldLeft, oldRight], healMs)
  expect(await network.diagnose()).toMatchObject({ healthy: true })
  return { cut, healed, oneHead, freshFinality }
}

/** What the two nodes of a half agree on: the head of the one that is not ahead. */
function headOf(views: Awaited<ReturnType<Network['views']>>, names: readonly string[]): Head {
  const heads = views.filter(({ name }) => names.includes(name))
  const [hindmost] = heads.sort((a, b) => (a.headSlot ?? 0) - (b.headSlot ?? 0))
  if (hindmost?.headSlot === undefined || hindmost.headRoot === undefined)
    throw new Error('a node told no head')
  return { slot: hindmost.headSlot, root: hindmost.headRoot }
}

/** One half's branch is not in the chain any more: its nodes left it, and the history says how deep that went. */
async function expectOneGivenUp(network: Network, heads: readonly Head[], fromMs: number): Promise<void> {
  const isKept = await Promise.all(heads.map((head) => isInChain(network, head)))
  expect(isKept).toContain(false)
  const losers = isKept[0] ? right : left
  const reorgs = network.history.records.filter(
    (record) => record.type === 'reorg' && record.timeMs >= fromMs,
  )
  for (const loser of losers) {
    const depths = reorgs.flatMap((reorg) =>
      reorg.type === 'reorg' && reorg.node === loser ? [reorg.depth] : [],
    )
    // Some of the slots apart have no block, as their proposers are on the other side.
    expect(Math.max(...depths), `${loser}: ${JSON.stringify(reorgs)}`).toBeGreaterThanOrEqual(6)
  }
}

async function isInChain(network: Network, { slot, root }: Head): Promise<boolean> {
  const [node] = network.nodes
  const response = await fetch(`${node?.consensus.apiUrl}/eth/v1/beacon/headers/${slot}`)
  // There is no block at this slot: 404.
  if (!response.ok) return false
  return ((await response.json()) as { data: { root: string } }).data.root === root
}

function stopwatch(network: Network): () => { ms: number; slots: number } {
  const [beganMs, beganSlot] = [performance.now(), network.currentSlot]
  return () => ({ ms: Math.round(performance.now() - beganMs), slots: network.currentSlot - beganSlot })
}
