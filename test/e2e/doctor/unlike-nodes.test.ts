import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNetwork } from 'eth-localnet'
import { describe, expect, test } from 'vitest'
import { diagnoseDirectory } from '../../../src/observe/doctor/doctor.ts'

describe('the doctor of nodes that were not made for one another', () => {
  // In virtual time both begin at the same moment, and with the same seed they have the same genesis.
  test.each([
    {
      what: 'another fork schedule',
      other: { forks: { electra: 0, fulu: 1_000 } },
      cause: 'fork-schedule-mismatch',
      says: 'node-1 has another fork schedule than node-0.',
    },
    {
      what: 'another configuration',
      other: { slotDurationMs: 3_000 },
      cause: 'config-mismatch',
      says: 'Consensus clients run with different configurations: SECONDS_PER_SLOT.',
    },
    {
      what: 'another genesis',
      other: { seed: 7 },
      cause: 'genesis-mismatch',
      says: 'node-1 has another genesis than the network.',
    },
  ])('names $what', async ({ other, cause, says }) => {
    const directory = await mkdtemp(join(tmpdir(), 'eth-localnet-doctor-'))
    const common = { nodes: 2, validators: 8, time: 'virtual', seed: 6, forks: { electra: 0 } } as const
    try {
      await using network = await startNetwork({ ...common, dir: directory })
      await using stranger = await startNetwork({ ...common, ...other })
      expect(await network.diagnose()).toMatchObject({ cause: 'healthy' })
      // Where the second node of the one is expected, a node of the other answers.
      const file = join(directory, 'network.json')
      const saved = JSON.parse(await readFile(file, 'utf8'))
      const { execution, consensus } = stranger.node('node-1')
      saved.ports['node-1'].consensusApi = Number(new URL(consensus.apiUrl).port)
      saved.ports['node-1'].executionRpc = Number(new URL(execution.rpcUrl).port)
      await writeFile(file, JSON.stringify(saved))
      const found = await diagnoseDirectory({ directory, isHeld: true })
      expect(found).toMatchObject({ cause, summary: says })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
})
