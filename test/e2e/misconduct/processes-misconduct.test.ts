import { type Network, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { slowGethPrysm } from '../support/clients-under-test.ts'
import { printStages } from '../support/progress.ts'
import { blocksAt, nextProposalOf, slashedOn } from './beacon-questions.ts'

let network: Network

/** The keys of node-2, which signs by our signer as all of them do. */
const isCulprit = (validator: number) => validator >= 32 && validator < 48

async function untilSlot(slot: number): Promise<void> {
  await network.waitForSlots(slot - network.currentSlot)
}

async function isOptimistic(name: string): Promise<boolean> {
  const response = await fetch(`${network.node(name).consensus.apiUrl}/eth/v1/node/syncing`)
  return ((await response.json()) as { data: { is_optimistic: boolean } }).data.is_optimistic
}

async function waitUntil(what: string, withinSlots: number, isMet: () => Promise<boolean>): Promise<void> {
  for (let slots = 0; slots <= withinSlots; slots++) {
    if (await isMet()) return
    await network.waitForSlots(1)
  }
  throw new Error(`waited ${withinSlots} slots in vain: ${what}; ${JSON.stringify(await network.views())}`)
}

describe(`misconduct on ${slowGethPrysm.kind}`, () => {
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

  test('a remote signer that refuses blocks leaves slots empty, until it is told otherwise', async () => {
    const handle = await network.misbehave({ node: 'node-2', deed: 'empty-slot' })
    const slot = await nextProposalOf(network, isCulprit)
    await untilSlot(slot + 1)
    expect(await blocksAt(network.node('node-0'), slot)).toEqual([])
    await handle.end()
    const later = await nextProposalOf(network, isCulprit)
    await untilSlot(later + 1)
    expect(await blocksAt(network.node('node-0'), later)).toHaveLength(1)
  })

  test('deeds that take the block itself are refused', async () => {
    const misbehaving = network.misbehave({ node: 'node-2', deed: 'equivocating-block' })
    await expect(misbehaving).rejects.toMatchObject({ code: 'fault-unsupported' })
  })

  test('an execution client that says SYNCING makes its node optimistic, which passes', async () => {
    const fault = await network.engineFault('node-1', { kind: 'syncing' })
    await waitUntil('node-1 is optimistic', 6, () => isOptimistic('node-1'))
    await fault.end()
    await waitUntil('node-1 is not optimistic any more', 12, async () => !(await isOptimistic('node-1')))
  })

  test('one that is slow delays blocks on its node, and one head remains', async () => {
    await using _ = await network.engineFault('node-1', {
      kind: 'slow',
      delayMs: 400,
      methods: ['newPayload'],
    })
    await network.waitForSlots(4)
    await network.waitForConsensus({ withinSlots: 12 })
  })

  test('a validator is slashed by a proof that we sign', async () => {
    const proof = await network.slash(40, { kind: 'proposer' })
    expect(proof.nodes).toEqual(['node-0', 'node-1', 'node-2'])
    for (const node of network.nodes) expect(await slashedOn(node)).toEqual([40])
  })
})
