import { writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { activatePreset } from '../../../../../src/genesis/preset.ts'
import { testManifest } from '../../support/test-manifest.ts'

// A process that imports blocks into a database until it is done, or killed. It tells what it knows to be on the
// disk, a line each: `imported SLOT`, `finalized EPOCH`.

const [directory = '.'] = process.argv.slice(2)
activatePreset(testManifest().chain)
const { ChainBuilder } = await import('../../support/chain-builder.ts')
const { ScriptedEngine, TestChain } = await import('../../support/test-chain.ts')
const { ChainDatabase } = await import('../../../../../src/embedded/chain/chain-database.ts')

const builder = await ChainBuilder.create(testManifest())
const blocks: string[] = JSON.parse(await readFile(join(directory, 'blocks.json'), 'utf8'))
const database = await ChainDatabase.open(join(directory, 'chain'))
const node = await TestChain.open(builder, {
  store: database.nodeStore('node-0'),
  engine: new ScriptedEngine(),
  slot: blocks.length,
})
node.chain.events.on('finalized', ({ checkpoint }) => writeSync(1, `finalized ${checkpoint.epoch}\n`))
for (const block of blocks) {
  const signed = node.protocol.decodeBlock(Buffer.from(block, 'hex'))
  if (signed.slot <= node.chain.head.slot) continue
  await node.chain.importBlock(signed)
  await node.chain.settled()
  writeSync(1, `imported ${signed.slot}\n`)
}
await database.close()
