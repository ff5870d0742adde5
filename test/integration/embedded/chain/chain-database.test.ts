import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ChainDatabase } from '../../../../src/embedded/chain/chain-database.ts'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestChain } = await import('../support/test-chain.ts')
const { ChainDatabase: Database } = await import('../../../../src/embedded/chain/chain-database.ts')
const { StoreError } = await import('../../../../src/embedded/chain/store-error.ts')
const { ClassicLevel } = await import('classic-level')

const cheap = { syncAggregate: false }
let builder: Awaited<ReturnType<typeof ChainBuilder.create>>
/** Slots 1 to 48. */
let blocks: SignedBlock[]
/** Upon block 10. */
let orphan: SignedBlock
let directory: string
const opened: ChainDatabase[] = []

beforeAll(async () => {
  builder = await ChainBuilder.create(testManifest())
  blocks = await builder.buildMany(48, cheap)
  const tenth = blocks[9]
  if (tenth === undefined) throw new RangeError('There are too few blocks.')
  orphan = await builder.build({ ...cheap, parent: tenth, slot: 12, attesters: () => false })
}, 30_000)

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chain-database-'))
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()))
  await rm(directory, { recursive: true })
})

async function open(): Promise<ChainDatabase> {
  const database = await Database.open(directory)
  opened.push(database)
  return database
}

async function close(database: ChainDatabase): Promise<void> {
  opened.splice(opened.indexOf(database), 1)
  await database.close()
}

/** All keys that are on the disk, of a database that is closed. */
async function keysOnDisk(): Promise<string[]> {
  const level = new ClassicLevel(directory)
  try {
    return await level.keys().all()
  } finally {
    await level.close()
  }
}

async function refusal(attempt: Promise<unknown>) {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof StoreError) return error
  throw new Error(`There is no StoreError: ${error}`)
}

const beginningWith = (keys: readonly string[], prefix: string) =>
  keys.filter((key) => key.startsWith(prefix))

describe('a chain', () => {
  test('is found again in another process’s database', async () => {
    const database = await open()
    const node = await TestChain.open(builder, { store: database.nodeStore('node-0') })
    await node.import(...blocks.slice(0, 10), orphan, ...blocks.slice(10))
    await close(database)

    const store = (await open()).nodeStore('node-0')
    const again = await TestChain.open(builder, { store, slot: 48 })
    expect(again.chain.head.root).toBe(node.chain.head.root)
    expect(again.chain.forkChoice.finalizedCheckpoint).toEqual(node.chain.forkChoice.finalizedCheckpoint)
    expect(again.chain.forkChoice.justifiedCheckpoint).toEqual(node.chain.forkChoice.justifiedCheckpoint)
    expect(again.chain.genesis.root).toBe(builder.files.genesisBlockRoot)
    for (const slot of [0, 1, 16, 31, 32, 33, 48]) {
      const root = slot === 0 ? builder.genesis.block.root : blocks[slot - 1]?.root
      expect(await again.chain.canonicalRoot(slot), `slot ${slot}`).toBe(root)
      expect((await again.chain.loadBlock(root ?? ''))?.slot).toBe(slot)
    }
    expect(await again.chain.canonicalRoot(49)).toBeUndefined()
  })

  test('keeps blocks and states once for all nodes, and each node’s own things apart', async () => {
    const database = await open()
    const protocol = builder.newProtocol()
    const nodes = []
    for (const name of ['node-0', 'node-1', 'node-2']) {
      nodes.push(await TestChain.open(builder, { protocol, store: database.nodeStore(name) }))
    }
    await nodes[0]?.import(...blocks)
    await nodes[1]?.import(...blocks)
    await nodes[2]?.import(...blocks.slice(0, 5))
    await close(database)

    const keys = await keysOnDisk()
    expect(beginningWith(keys, 'block!')).toHaveLength(49)
    // That of the finalized block of the first two, and genesis of the third.
    expect(beginningWith(keys, 'state!')).toHaveLength(2)
    expect(beginningWith(keys, 'node!node-2!unfinalized!')).toHaveLength(5)
    expect(beginningWith(keys, 'node!node-0!unfinalized!')).toHaveLength(16)

    const again = await open()
    const [one, three] = [again.nodeStore('node-1'), again.nodeStore('node-2')]
    expect((await TestChain.open(builder, { store: one, slot: 48 })).chain.head.slot).toBe(48)
    expect((await TestChain.open(builder, { store: three, slot: 48 })).chain.head.slot).toBe(5)
  })

  test('of a node that is deleted is gone, and the others keep theirs', async () => {
    const database = await open()
    const stays = await TestChain.open(builder, { store: database.nodeStore('node-1') })
    const goes = await TestChain.open(builder, { store: database.nodeStore('node-10') })
    await stays.import(...blocks.slice(0, 3))
    await goes.import(...blocks)
    await database.deleteNode('node-10')
    await close(database)
    await close(await open())

    const keys = await keysOnDisk()
    expect(beginningWith(keys, 'node!node-10!')).toEqual([])
    expect(beginningWith(keys, 'state!')).toHaveLength(1)
    // What nobody has any more goes when the database is opened.
    expect(beginningWith(keys, 'block!')).toHaveLength(4)
    const store = (await open()).nodeStore('node-1')
    expect((await TestChain.open(builder, { store, slot: 3 })).chain.head.slot).toBe(3)
  })

  test('forgets the blocks of branches that were left', async () => {
    const database = await open()
    const node = await TestChain.open(builder, { store: database.nodeStore('node-0') })
    await node.import(...blocks.slice(0, 10), orphan, ...blocks.slice(10))
    await close(database)
    await close(await open())
    expect(await keysOnDisk()).not.toContain(`block!${orphan.root}`)
  })
})

describe('a database', () => {
  test('is of one process at a time', async () => {
    await open()
    expect(await refusal(Database.open(directory))).toMatchObject({ reason: 'locked', code: 'store-locked' })
  })

  test('of another format is not touched', async () => {
    await close(await open())
    const level = new ClassicLevel(directory)
    await level.put('version', '2')
    await level.close()
    const error = await refusal(Database.open(directory))
    expect(error).toMatchObject({ reason: 'other-version' })
    expect(error.message).toContain(directory)
  })

  test.each([
    ['the finalized state', /^state!/],
    ['the finalized block', /^block!/],
  ])('that lacks %s says so', async (_, pattern) => {
    const database = await open()
    await TestChain.open(builder, { store: database.nodeStore('node-0') })
    await close(database)
    const level = new ClassicLevel(directory)
    for (const key of await level.keys().all()) if (pattern.test(key)) await level.del(key)
    await level.close()
    const store = (await open()).nodeStore('node-0')
    expect(await refusal(store.loadAnchor())).toMatchObject({ reason: 'damaged' })
  })

  test.each([
    ['anchor', 'node!node-0!anchor'],
    ['segment of the chain', 'node!node-0!finalized!0000000000000000'],
  ])('whose %s is not what it was does not open', async (_, key) => {
    const database = await open()
    await TestChain.open(builder, { store: database.nodeStore('node-0') })
    await close(database)
    const level = new ClassicLevel(directory)
    expect(await level.get(key)).toBeDefined()
    await level.put(key, '{"epoch":')
    await level.close()
    expect(await refusal(Database.open(directory))).toMatchObject({ reason: 'damaged' })
  })

  test('whose finalized state is another one is not started from', async () => {
    const database = await open()
    await TestChain.open(builder, { store: database.nodeStore('node-0') })
    await close(database)
    const level = new ClassicLevel<string, Uint8Array>(directory, { valueEncoding: 'view' })
    const [[key, bytes] = []] = await level.iterator({ gte: 'state!', lt: 'state"' }).all()
    if (key === undefined || bytes === undefined) throw new Error('There is no state.')
    // A byte of the first validator's balance or the like: it still decodes.
    const other = Uint8Array.from(bytes)
    other.set([(other[200] ?? 0) ^ 1], 200)
    await level.put(key, other)
    await level.close()
    const store = (await open()).nodeStore('node-0')
    expect(await refusal(TestChain.open(builder, { store }))).toMatchObject({ reason: 'damaged' })
  })

  test('whose files are damaged says what to do', async () => {
    const database = await open()
    const node = await TestChain.open(builder, { store: database.nodeStore('node-0') })
    await node.import(...blocks)
    await close(database)
    const names = await readdir(directory)
    for (const name of names.filter((candidate) => candidate.startsWith('MANIFEST'))) {
      const bytes = await readFile(join(directory, name))
      await writeFile(join(directory, name), bytes.fill(0x5a))
    }
    const error = await refusal(Database.open(directory))
    expect(error).toMatchObject({ reason: 'damaged', facts: { directory } })
    expect(error.message).toContain('Delete the directory')
  })

  test('that is closed takes nothing more', async () => {
    const database = await open()
    const store = database.nodeStore('node-0')
    await store.close()
    const [first] = blocks
    if (first === undefined) throw new RangeError('There are no blocks.')
    expect(await refusal(store.putBlock(first))).toMatchObject({ reason: 'unavailable' })
  })
})
