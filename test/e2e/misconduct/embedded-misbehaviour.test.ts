import { type Network, type Node, type StartNetworkOptions, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksAt, nextProposalOf, participationOf, slashedOn } from './beacon-questions.ts'

const options = {
  nodes: 4,
  validators: 32,
  topology: 'full-mesh',
  time: 'virtual',
  seed: 7,
} as const satisfies StartNetworkOptions

/** The keys of node-3, which misbehaves. */
const isCulprit = (validator: number) => validator >= 24 && validator < 32

let network: Network
let witness: Node
let culprit: Node

async function start(): Promise<void> {
  network = await startNetwork(options)
  witness = network.node('node-0')
  culprit = network.node('node-3')
}

async function untilSlot(slot: number): Promise<void> {
  await network.waitForSlots(slot - network.currentSlot)
}

/** Lets node-3 do a deed in all of an epoch, and returns that epoch once its votes have been counted. */
async function epochOf(deed: Parameters<Network['misbehave']>[0]['deed']): Promise<number> {
  const { slotsPerEpoch } = network.chain
  const epoch = network.currentEpoch + 1
  const [from, until] = [epoch * slotsPerEpoch, (epoch + 1) * slotsPerEpoch]
  await using _ = await network.misbehave({ node: 'node-3', deed, from, until })
  await untilSlot((epoch + 2) * slotsPerEpoch + 1)
  return epoch
}

describe('what honest nodes make of validators that misbehave without being slashed', () => {
  beforeAll(start)
  afterAll(() => network.stop())

  test('offline validators do not vote, and the others go on finalizing', async () => {
    const epoch = await epochOf('offline')
    expect(participationOf(network, epoch).target).toBe(0.75)
    await network.waitForFinalizedEpoch(epoch)
    // From its end on they are honest again.
    expect(participationOf(network, epoch + 1).target).toBe(1)
  })

  test('an empty slot stays empty, while its proposer votes', async () => {
    const epoch = network.currentEpoch
    const handle = await network.misbehave({ node: 'node-3', deed: 'empty-slot' })
    const { slot } = await nextProposalOf(network, isCulprit)
    await untilSlot(slot + 1)
    expect(await blocksAt(witness, slot)).toEqual([])
    await handle.end()
    await untilSlot((epoch + 3) * network.chain.slotsPerEpoch + 1)
    expect(participationOf(network, epoch + 1).target).toBe(1)
    const { slot: later } = await nextProposalOf(network, isCulprit)
    await untilSlot(later + 1)
    expect(await blocksAt(witness, later)).toMatchObject([{ canonical: true }])
  })

  test('a block that comes after the votes is reorged by the next proposer', async () => {
    const { slot } = await nextProposalOf(network, isCulprit)
    await using _ = await network.misbehave({
      validators: [24, 25, 26, 27, 28, 29, 30, 31],
      deed: { kind: 'late-block', byMs: 600 },
      until: slot + 1,
    })
    await untilSlot(slot)
    await network.advance({ slots: 0.5 })
    expect(await blocksAt(witness, slot)).toEqual([])
    await untilSlot(slot + 2)
    expect(await blocksAt(witness, slot)).toMatchObject([{ canonical: false }])
    await network.waitForConsensus()
  })

  test('a withheld block is known to nobody until its slot of publication', async () => {
    const { slot } = await nextProposalOf(network, isCulprit)
    const untilPublished = slot + 3
    const deed = { kind: 'withheld-block', untilSlot: untilPublished } as const
    await using _ = await network.misbehave({ node: 'node-3', deed, until: slot + 1 })
    await untilSlot(untilPublished - 1)
    expect([await blocksAt(witness, slot), await blocksAt(culprit, slot)]).toEqual([[], []])
    await untilSlot(untilPublished + 1)
    expect(await blocksAt(witness, slot)).toMatchObject([{ canonical: false }])
  })

  test('one that is withheld for ever does not come', async () => {
    const { slot } = await nextProposalOf(network, isCulprit)
    const deed = 'withheld-block'
    await using _ = await network.misbehave({ node: 'node-3', deed, until: slot + 1 })
    await untilSlot(slot + 6)
    expect(await blocksAt(culprit, slot)).toEqual([])
  })

  test('of two blocks of one slot each is the first for some, and all keep the same one', async () => {
    const { slot } = await nextProposalOf(network, isCulprit)
    const deed = 'equivocating-block'
    await using _ = await network.misbehave({ node: 'node-3', deed, until: slot + 1 })
    await untilSlot(slot + 2)
    await network.waitForConsensus()
    const roots = new Set<string>()
    for (const node of network.nodes) {
      for (const { root, proposer } of await blocksAt(node, slot)) {
        roots.add(root)
        expect(isCulprit(proposer)).toBe(true)
      }
    }
    expect(roots.size).toBe(2)
    // Two blocks of one slot are no proof as long as nobody hands it in.
    expect(await slashedOn(witness)).toEqual([])
  })

  test('votes for older blocks count for the target and not for the head', async () => {
    const epoch = await epochOf({ kind: 'wrong-head', slotsBack: 1 })
    await untilSlot((epoch + 3) * network.chain.slotsPerEpoch + 1)
    // A quarter of the votes names an older block than the others do.
    const [wrong, right] = [participationOf(network, epoch), participationOf(network, epoch + 1)]
    expect(wrong.head ?? 1).toBeLessThan(right.head ?? 0)
    expect(participationOf(network, epoch).source).toBe(1)
  })

  test('what a node was told outlives its restart', async () => {
    await using _ = await network.misbehave({ node: 'node-3', deed: 'empty-slot' })
    await culprit.restart()
    await network.waitForSlots(4)
    const { slot } = await nextProposalOf(network, isCulprit)
    await untilSlot(slot + 1)
    expect(await blocksAt(witness, slot)).toEqual([])
  })

  test('the history has each misbehaviour as a span, with the validators that count as offline', async () => {
    await (await network.misbehave({ validators: 31, deed: 'offline' })).end()
    const spans = network.history.records.filter((record) => record.type === 'fault')
    expect(spans.slice(-2)).toMatchObject([
      { phase: 'begin', kind: 'misbehaviour', validators: [31], parameters: { deed: { kind: 'offline' } } },
      { phase: 'end', kind: 'misbehaviour', id: spans.at(-2)?.id },
    ])
    expect(network.faults()).toEqual([])
  })
})

describe('equivocations that a slasher reports', () => {
  beforeAll(start)
  afterAll(() => network.stop())

  test('two blocks of one slot', async () => {
    const { slot } = await nextProposalOf(network, isCulprit)
    const deed = { kind: 'equivocating-block', audience: 'all', isReported: true } as const
    await using _ = await network.misbehave({ node: 'node-3', deed, until: slot + 1 })
    await untilSlot(slot + 3)
    const [{ proposer } = { proposer: -1 }] = await blocksAt(witness, slot)
    expect(isCulprit(proposer)).toBe(true)
    expect(await slashedOn(witness)).toEqual([proposer])
  })

  test('two votes with one target', async () => {
    const { slotsPerEpoch } = network.chain
    const until = network.currentSlot + 1 + slotsPerEpoch
    const deed = { kind: 'double-vote', isReported: true } as const
    await using _ = await network.misbehave({ validators: 20, deed, until })
    await untilSlot(until + 2)
    expect(await slashedOn(witness)).toContain(20)
  })

  test('a vote that surrounds the one before', async () => {
    const { slotsPerEpoch } = network.chain
    await network.waitForFinalizedEpoch(2)
    const deed = { kind: 'surround-vote', isReported: true } as const
    await using _ = await network.misbehave({ validators: 16, deed })
    await network.waitForSlots(3 * slotsPerEpoch)
    expect(await slashedOn(witness)).toContain(16)
    expect(await slashedOn(witness)).toEqual(await slashedOn(culprit))
  })
})

test('the same misbehaviour at the same time gives the same history', async () => {
  const digest = async () => {
    await using repeated = await startNetwork(options)
    await repeated.misbehave({ node: 'node-3', deed: 'equivocating-block' })
    await repeated.misbehave({ node: 'node-2', deed: { kind: 'late-block', byMs: 500 }, until: 12 })
    await repeated.misbehave({ node: 'node-1', deed: 'double-vote', from: 5, until: 9 })
    await repeated.waitForSlots(20 - repeated.currentSlot)
    return repeated.digest()
  }
  expect(await digest()).toBe(await digest())
})
