import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { GenesisInputError, GenesisWorkerError } from '../../../src/genesis/errors.ts'
import { makeGenesis } from '../../../src/genesis/make-genesis.ts'
import { activatePreset } from '../../../src/genesis/preset.ts'
import { exampleGenesisTime, exampleManifest } from '../../unit/genesis/example-manifest.ts'

// Here the threads run the sources, which are compiled on the way.
describe('makeGenesis', { timeout: 30_000 }, () => {
  test('makes chains with different constants side by side, and the same bytes as in this thread', async () => {
    const minimal = exampleManifest({ chain: { preset: 'minimal' } })
    const mainnet = exampleManifest({ chain: { preset: 'mainnet' } })
    const [minimalFiles, mainnetFiles] = await Promise.all([
      makeGenesis(minimal, exampleGenesisTime),
      makeGenesis(mainnet, exampleGenesisTime),
    ])
    // The other constants have not reached this thread.
    activatePreset(minimal.chain)
    const { buildGenesis } = await import('../../../src/genesis/build-genesis.ts')
    expect(minimalFiles).toEqual(await buildGenesis(minimal, exampleGenesisTime))
    expect(mainnetFiles.genesisValidatorsRoot).toBe(minimalFiles.genesisValidatorsRoot)
    expect(mainnetFiles.genesisStateRoot).not.toBe(minimalFiles.genesisStateRoot)
    expect(mainnetFiles.genesisSsz.length).toBeGreaterThan(2_000_000)
  })

  test('refuses a bad genesis time before it starts anything', async () => {
    await expect(makeGenesis(exampleManifest(), -1)).rejects.toThrow(GenesisInputError)
  })

  test('an error in the thread comes out as a GenesisWorkerError with its cause', async () => {
    const accounts = exampleManifest().accounts.map((account) => ({ ...account, balanceWei: 'a lot' }))
    const failure = makeGenesis(exampleManifest({ accounts }), exampleGenesisTime)
    await expect(failure).rejects.toThrow(GenesisWorkerError)
    await expect(failure).rejects.toMatchObject({
      code: 'genesis-worker-failed',
      message: expect.stringContaining('Cannot convert a lot to a BigInt'),
      cause: expect.any(SyntaxError),
    })
  })

  test('an abort before the start rejects with its reason', async () => {
    const reason = new Error('stopped')
    const aborted = makeGenesis(exampleManifest(), exampleGenesisTime, AbortSignal.abort(reason))
    await expect(aborted).rejects.toBe(reason)
  })

  test('an abort on the way ends the thread, and rejects with its reason', async () => {
    const reason = new Error('stopped')
    const controller = new AbortController()
    const started = once(process, 'worker')
    const aborted = makeGenesis(exampleManifest(), exampleGenesisTime, controller.signal)
    const [worker]: Worker[] = await started
    controller.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    // What Node says of a thread that has ended.
    expect(worker?.threadId).toBe(-1)
  })
})
