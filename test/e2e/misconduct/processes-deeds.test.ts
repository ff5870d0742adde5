import { type MisbehaveOptions, type Network, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { slowGethPrysm } from '../support/clients-under-test.ts'
import { printStages } from '../support/progress.ts'
import { waitUntil } from '../support/wait-until.ts'
import { blocksAt, nextProposalOf, participationOf, slashedOn } from './beacon-questions.ts'

let network: Network

async function untilSlot(slot: number): Promise<void> {
  await network.waitForSlots(slot - network.currentSlot)
}

/** Has the proposer of a coming slot, on whatever node it is, do a deed in that slot and no other. */
async function inAProposal(deed: MisbehaveOptions['deed']): Promise<{ slot: number; proposer: number }> {
  const { slot, proposer } = await nextProposalOf(network, () => true)
  await network.misbehave({ validators: proposer, deed, from: slot, until: slot + 1 })
  return { slot, proposer }
}

/** The nodes' views of a slot, by name. */
async function blocksOnAll(slot: number) {
  return Promise.all(network.nodes.map((node) => blocksAt(node, slot)))
}

async function slashedOnAll(validator: number): Promise<boolean> {
  const slashed = await Promise.all(network.nodes.map(slashedOn))
  return slashed.every((indices) => indices.includes(validator))
}

describe(`validators that sign by our signer, on ${slowGethPrysm.kind}`, () => {
  beforeAll(async () => {
    const [clients] = slowGethPrysm.nodes(3).nodes as readonly object[]
    network = await startNetwork({
      ...slowGethPrysm.nodes(3),
      nodes: [{ ...clients, validatorClient: 'remote-signer' }],
      validators: 48,
      topology: 'full-mesh',
      slotsPerEpoch: 6,
      onProgress: printStages,
    })
  })
  afterAll(() => network?.stop())

  test('one that is told to leave its slot empty does, and only then', async () => {
    const { slot } = await inAProposal('empty-slot')
    await untilSlot(slot + 2)
    expect(await blocksOnAll(slot)).toEqual([[], [], []])
    for (const blocks of await blocksOnAll(slot + 1)) expect(blocks).toHaveLength(1)
  })

  test('a late block comes late, in its slot', async () => {
    const { slot } = await inAProposal({ kind: 'late-block', byMs: 1_800 })
    const seen = () => network.history.records.find((one) => one.type === 'block' && one.slot === slot)
    await untilSlot(slot)
    await waitUntil(network, `a block of slot ${slot}`, 3, async () => seen() !== undefined)
    const startMs = network.genesisTime * 1000 + slot * network.chain.slotDurationMs
    expect(seen()?.timeMs).toBeGreaterThanOrEqual(startMs + 1_800)
  })

  test('a withheld block is known to nobody until its slot of publication, and then left behind', async () => {
    const untilPublished = network.currentSlot + 5
    const { slot } = await inAProposal({ kind: 'withheld-block', untilSlot: untilPublished })
    await untilSlot(untilPublished - 1)
    expect(await blocksOnAll(slot)).toEqual([[], [], []])
    const isKnown = async () => (await blocksOnAll(slot)).every((blocks) => blocks.length === 1)
    await waitUntil(network, 'all nodes to know the block', 4, isKnown)
    for (const blocks of await blocksOnAll(slot)) expect(blocks).toMatchObject([{ canonical: false }])
  })

  test('of two blocks of one slot all nodes keep the same one, and the proof slashes the proposer', async () => {
    const { slot, proposer } = await inAProposal({ kind: 'equivocating-block', isReported: true })
    await untilSlot(slot + 1)
    const blocks = (await blocksOnAll(slot)).flat()
    expect(new Set(blocks.map(({ root }) => root)).size).toBe(2)
    expect(new Set(blocks.map((block) => block.proposer))).toEqual(new Set([proposer]))
    await waitUntil(network, `validator ${proposer} to be slashed`, 12, () => slashedOnAll(proposer))
    await network.waitForConsensus({ withinSlots: 12 })
  })

  test('votes for an old block lower the head votes of their epoch; votes that contradict are slashed', async () => {
    const { slotsPerEpoch } = network.chain
    await network.waitForFinalizedEpoch(1)
    const epoch = network.currentEpoch + 1
    const [from, until] = [epoch * slotsPerEpoch, (epoch + 1) * slotsPerEpoch]
    const surrounding = await network.misbehave({
      validators: 1,
      deed: { kind: 'surround-vote', isReported: true },
    })
    const doubling = await network.misbehave({
      validators: 17,
      deed: { kind: 'double-vote', isReported: true },
    })
    await network.misbehave({ node: 'node-2', deed: 'wrong-head', from, until })
    await waitUntil(network, 'validator 17 to be slashed for its double vote', 18, () => slashedOnAll(17))
    await waitUntil(network, 'validator 1 to be slashed for its surround vote', 24, () => slashedOnAll(1))
    await Promise.all([surrounding.end(), doubling.end()])
    await untilSlot((epoch + 2) * slotsPerEpoch + 1)
    const during = participationOf(network, epoch)
    // A third of the validators had the wrong head; all of them, but those slashed, had the right target.
    expect(during.head).toBeLessThan(0.7)
    expect(during.target).toBeGreaterThan(0.8)
    await network.waitForConsensus({ withinSlots: 12 })
  })
})
