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

const left = ['node-0', 'node-1']
const right = ['node-2', 'node-3']

/**
 * Healthy and finalizing, split in two halves, healed: both halves go on and nothing new is justified; then all
 * nodes have one head again, one half's branch is given up, and an epoch that began after the heal is finalized
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

  const beforeHeal = stopwatch(network)
  const freshEpoch = network.currentEpoch + 1
  const [healed, oneHead] = await Promise.all([
    partition[Symbol.asyncDispose]().then(beforeHeal),
    network.waitForConsensus({ withinSlots: agreeWithinSlots }).then(beforeHeal),
  ])
  expect(network.faults()).toEqual([])
  await expectOneGivenUp(network, oldLeft.root, oldRight.root)
  await network.waitForFinalizedEpoch(freshEpoch)
  await network.assertConsensus()
  return { cut, healed, oneHead, freshFinality: beforeHeal() }
}

/** What the two nodes of a half agree on: the head of the one that is not ahead. */
function headOf(views: Awaited<ReturnType<Network['views']>>, names: readonly string[]) {
  const heads = views.filter(({ name }) => names.includes(name))
  const [hindmost] = heads.sort((a, b) => (a.headSlot ?? 0) - (b.headSlot ?? 0))
  if (hindmost?.headSlot === undefined || hindmost.headRoot === undefined)
    throw new Error('a node told no head')
  return { slot: hindmost.headSlot, root: hindmost.headRoot }
}

/** One half's nodes left the branch that they had built, and the history says how deep that went. */
async function expectOneGivenUp(network: Network, ...oldHeads: readonly string[]): Promise<void> {
  const reorgs = network.history.records.filter((record) => record.type === 'reorg')
  const givenUp = reorgs.filter(({ oldHead }) => oldHeads.includes(oldHead))
  expect(givenUp, JSON.stringify(reorgs)).not.toEqual([])
  for (const { depth } of givenUp) expect(depth).toBeGreaterThanOrEqual(1)
}

function stopwatch(network: Network): () => { ms: number; slots: number } {
  const [beganMs, beganSlot] = [performance.now(), network.currentSlot]
  return () => ({ ms: Math.round(performance.now() - beganMs), slots: network.currentSlot - beganSlot })
}
