import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestChain } = await import('../support/test-chain.ts')
const { ChainDatabase } = await import('../../../../src/embedded/chain/chain-database.ts')

const program = fileURLToPath(new URL('support/importing-process.ts', import.meta.url))
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chain-crash-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

interface Progress {
  /** Slot of the last block that was on the disk. */
  imported: number
  /** Epoch that was final on the disk. */
  finalized: number
}

/** Runs the process until it has imported so many blocks, and kills it some turns later; or lets it end. */
async function importUntil(blocks: number, turns: number): Promise<Progress> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const progress: Progress = { imported: 0, finalized: 0 }
  let count = 0
  for await (const line of createInterface(child.stdout)) {
    const [what, number] = line.split(' ')
    if (what === 'finalized') progress.finalized = Number(number)
    if (what !== 'imported') continue
    progress.imported = Number(number)
    count += 1
    if (count !== blocks) continue
    for (let turn = 0; turn < turns; turn++) await nextTurn()
    child.kill('SIGKILL')
  }
  await exited
  return progress
}

test('a process killed at any moment leaves what was final, and what it had told of', async () => {
  const builder = await ChainBuilder.create(testManifest())
  const blocks = await builder.buildMany(72, { syncAggregate: false })
  await writeFile(
    join(directory, 'blocks.json'),
    JSON.stringify(blocks.map(({ bytes }) => Buffer.from(bytes).toString('hex'))),
  )
  // Moments right after a block, in the middle of the next, and around the finality that epochs bring.
  const kills = [
    [13, 400],
    [19, 0],
    [16, 90],
    [Number.POSITIVE_INFINITY, 0],
  ] as const
  let last: Progress = { imported: 0, finalized: 0 }
  for (const [count, turns] of kills) {
    const told = await importUntil(count, turns)
    last = {
      imported: Math.max(last.imported, told.imported),
      finalized: Math.max(last.finalized, told.finalized),
    }

    const database = await ChainDatabase.open(join(directory, 'chain'))
    const node = await TestChain.open(builder, { store: database.nodeStore('node-0'), slot: 72 })
    const { head, forkChoice } = node.chain
    const context = `after ${count} blocks and ${turns} turns`
    expect(head.slot, context).toBeGreaterThanOrEqual(last.imported)
    expect(forkChoice.finalizedCheckpoint.epoch, context).toBeGreaterThanOrEqual(last.finalized)
    for (const { slot, root } of blocks.filter((block) => block.slot <= head.slot)) {
      expect(await node.chain.canonicalRoot(slot), `${context}, slot ${slot}`).toBe(root)
      expect((await node.chain.loadBlock(root))?.slot).toBe(slot)
    }
    await database.close()
  }
  expect(last).toEqual({ imported: 72, finalized: 7 })
}, 120_000)
