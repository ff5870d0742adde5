import { startNetwork } from 'eth-localnet'
import { expect, test } from 'vitest'
import { printStages } from '../support/progress.ts'
import { complaintsOfEmbedded, complaintsOfProcesses } from './logs.ts'

test('one Prysm among fifteen embedded nodes finalizes with them', async () => {
  await using network = await startNetwork({
    nodes: [
      { execution: 'geth', consensus: 'prysm' },
      { consensus: 'embedded', count: 15 },
    ],
    validators: 128,
    topology: { kind: 'star', hub: 1 },
    slotDurationMs: 3_000,
    slotsPerEpoch: 6,
    seed: 7,
    onProgress: printStages,
  })
  await network.waitForFinalizedEpoch(2)
  await network.assertConsensus()
  expect(complaintsOfProcesses(network)).toEqual([])
  expect(complaintsOfEmbedded(network)).toEqual([])
})
