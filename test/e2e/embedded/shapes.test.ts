import { type Network, type StartNetworkOptions, startNetwork } from 'eth-localnet'
import { expect, test } from 'vitest'
import { missedSlots } from './missed-slots.ts'

const virtual = { time: 'virtual', seed: 3 } as const

/** All nodes finalize an epoch, with one root, and no slot until then is without a block. */
async function expectHealth(network: Network, finalizedEpoch: number): Promise<void> {
  await network.waitForFinalizedEpoch(finalizedEpoch)
  await network.assertConsensus()
  const views = await network.views()
  expect(new Set(views.map(({ finalizedRoot }) => finalizedRoot)).size).toBe(1)
  for (const node of network.nodes) expect(await missedSlots(node, 1, network.currentSlot)).toEqual([])
}

/** Fork of the block of a slot, by a node's Beacon API. */
async function forkAt(slot: number, { nodes: [node] }: Network): Promise<string | null> {
  const response = await fetch(`${node?.consensus.apiUrl}/eth/v2/beacon/blocks/${slot}`)
  return response.headers.get('eth-consensus-version')
}

test.each(['minimal', 'mainnet'] as const)(
  '%s preset, 8 slots an epoch: Electra at epoch 1, Fulu at epoch 2',
  async (preset) => {
    const forks = { deneb: 0, electra: 1, fulu: 2 }
    await using network = await startNetwork({ ...virtual, preset, slotsPerEpoch: 8, forks })
    await expectHealth(network, 4)
    const slots = [1, 7, 8, 15, 16, network.currentSlot - 1]
    expect(await Promise.all(slots.map((slot) => forkAt(slot, network)))).toEqual([
      'deneb',
      'deneb',
      'electra',
      'electra',
      'fulu',
      'fulu',
    ])
  },
)

const shapes: [string, StartNetworkOptions, finalizedEpoch: number][] = [
  ['6 slots an epoch', { slotsPerEpoch: 6 }, 3],
  ['4 slots an epoch, mainnet preset', { slotsPerEpoch: 4, preset: 'mainnet' }, 3],
  ['32 slots an epoch, mainnet preset', { slotsPerEpoch: 32, preset: 'mainnet', nodes: 2 }, 1],
  // Longer than half of the minimal preset's record of block roots.
  ['48 slots an epoch', { slotsPerEpoch: 48, nodes: 1, validators: 8 }, 1],
  ['slots of 12 seconds', { slotDurationMs: 12_000 }, 2],
  ['1 node', { nodes: 1 }, 3],
  ['1 node with 1 validator', { nodes: 1, validators: 1 }, 3],
  ['12 nodes, random topology', { nodes: 12, topology: 'random', validators: 36 }, 2],
  ['all validators on node 2', { validators: { count: 16, distribution: { kind: 'single', node: 2 } } }, 3],
  [
    'validator keys of a mnemonic',
    { validators: { count: 8, keys: { mnemonic: `${'test '.repeat(11)}junk` } }, accounts: 2 },
    3,
  ],
  ['sync committees of 2 epochs', { epochsPerSyncCommitteePeriod: 2 }, 5],
  ['validators of 2048 ETH', { validatorBalanceGwei: 2_048_000_000_000 }, 3],
]

test.each(shapes)('%s', async (_, options, finalizedEpoch) => {
  await using network = await startNetwork({ ...virtual, ...options })
  await expectHealth(network, finalizedEpoch)
})
