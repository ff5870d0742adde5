import { beforeAll, describe, expect, test } from 'vitest'
import type { SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestChain } = await import('../support/test-chain.ts')
const { MemoryBlockStore } = await import('../../../../src/embedded/chain/memory-block-store.ts')

const cheap = { syncAggregate: false }
let builder: Awaited<ReturnType<typeof ChainBuilder.create>>
/** Slots 1 to 48, but for 16, the first of epoch 2. */
let blocks: SignedBlock[]
/** Upon block 10, which becomes final. */
let orphan: SignedBlock

beforeAll(async () => {
  builder = await ChainBuilder.create(testManifest())
  blocks = await builder.buildMany(15, cheap)
  blocks.push(...(await builder.buildMany(32, { ...cheap, slot: 17 })))
  orphan = await builder.build({ ...cheap, parent: blockAt(10), slot: 12, attesters: () => false })
}, 30_000)

function blockAt(slot: number): SignedBlock {
  const block = blocks.find((candidate) => candidate.slot === slot)
  if (block === undefined) throw new RangeError(`There is no block at slot ${slot}.`)
  return block
}

const until = (slot: number) => blocks.filter((block) => block.slot <= slot)

describe('finality', () => {
  test('comes two epochs after, and is told when the store has it', async () => {
    const node = TestChain.create(builder)
    const store: string[] = []
    node.chain.events.on('finalized', ({ checkpoint, stateRoot }) => store.push(checkpoint.root, stateRoot))
    await node.import(...blocks)
    const checkpoints = node.told.filter((event) => /justified|finalized/.test(event))
    expect(checkpoints).toEqual([
      'justified 2',
      'justified 3',
      'finalized 2',
      'justified 4',
      'finalized 3',
      'justified 5',
      'finalized 4',
    ])
    // Epoch 2 began with an empty slot: its checkpoint is the block before.
    expect(store.slice(0, 2)).toEqual([blockAt(15).root, toHex(blockAt(15).value.message.stateRoot)])
  })

  test('leaves in memory what is later, and finds the rest in the store', async () => {
    const node = TestChain.create(builder)
    await node.import(...until(10), orphan, ...blocks.slice(10))
    const { chain } = node
    expect(chain.forkChoice.finalizedCheckpoint.epoch).toBe(4)
    expect(chain.block(blockAt(31).root)).toBeUndefined()
    expect(chain.block(blockAt(32).root)?.slot).toBe(32)
    expect(chain.state(blockAt(31).root)).toBeUndefined()
    expect((await chain.loadBlock(blockAt(5).root))?.bytes).toEqual(blockAt(5).bytes)
    expect(await chain.loadBlock(orphan.root)).toBeUndefined()

    expect(await chain.canonicalRoot(0)).toBe(builder.genesis.block.root)
    for (const slot of [1, 12, 15, 16, 17, 32, 33, 48, 49]) {
      expect(await chain.canonicalRoot(slot), `slot ${slot}`).toBe(
        blocks.find((block) => block.slot === slot)?.root,
      )
    }
  })

  test('a block of a branch that was left, or of the past, is refused for good', async () => {
    const node = TestChain.create(builder)
    await node.import(...blocks)
    const late = await builder.build({ ...cheap, parent: blockAt(31), slot: 49, attesters: () => false })
    await node.clock.advanceTo(builder.time.startOfSlotMs(49))
    await expect(node.chain.importBlock(node.own(orphan))).rejects.toMatchObject({ reason: 'finalized' })
    await expect(node.chain.importBlock(node.own(late))).rejects.toMatchObject({ reason: 'unknown-parent' })
  })

  test('the execution client learns the safe and the finalized block', async () => {
    const { engine, node: execution } = builder.newEngine()
    const node = TestChain.create(builder, { engine })
    await node.import(...blocks)
    expect(execution.chain.head.record.hash).toBe(blockAt(48).executionBlockHash)
    expect(execution.chain.safe?.hash).toBe(blockAt(40).executionBlockHash)
    expect(execution.chain.finalized?.hash).toBe(blockAt(32).executionBlockHash)
  })
})

describe('states', () => {
  test('that are no longer kept are made again, the same', async () => {
    // Without votes nothing becomes final, so that all states stay wanted.
    const alone = await ChainBuilder.create(testManifest())
    const many = await alone.buildMany(70, { ...cheap, attesters: () => false })
    const node = TestChain.create(alone)
    await node.import(...many)
    const early = many[2]
    if (early === undefined) throw new RangeError('There are too few blocks.')
    expect(node.protocol.postState(node.own(early))).toBeUndefined()
    expect(toHex(node.chain.state(early.root)?.hashTreeRoot())).toBe(toHex(early.value.message.stateRoot))
  }, 30_000)

  test('are advanced through empty slots, and are left as they were', async () => {
    const node = TestChain.create(builder)
    await node.import(...until(3))
    const { root } = blockAt(3)
    const state = node.chain.state(root)
    const before = toHex(state?.hashTreeRoot())
    const later = node.chain.stateAt(root, 9)
    expect(later?.slot).toBe(9)
    expect(later?.epochCtx.epoch).toBe(1)
    expect(node.chain.stateAt(root, 9)).toBe(later)
    expect(node.chain.stateAt(root, 2)).toBeUndefined()
    expect(node.chain.stateAt(`0x${'12'.repeat(32)}`, 9)).toBeUndefined()
    expect(node.chain.state(root)).toBe(state)
    expect(toHex(state?.hashTreeRoot())).toBe(before)
  })

  test('of nodes that share a protocol are the same objects', async () => {
    const protocol = builder.newProtocol()
    const [one, two] = [TestChain.create(builder, { protocol }), TestChain.create(builder, { protocol })]
    await one.import(...until(4))
    // What one has worked out, the other has not received.
    expect(two.chain.state(blockAt(4).root)).toBeUndefined()
    await two.import(...until(4))
    expect(two.chain.head.state).toBe(one.chain.head.state)
  })
})

describe('a node that starts again', () => {
  test.each([5, 37, 48])('at slot %i has its old head and checkpoints', async (slot) => {
    const store = new MemoryBlockStore()
    const before = TestChain.create(builder)
    const first = await TestChain.open(builder, { store })
    await first.import(...until(slot))
    await before.import(...until(slot))

    const again = await TestChain.open(builder, { store, slot })
    expect(again.chain.head.root).toBe(before.chain.head.root)
    expect(again.chain.forkChoice.justifiedCheckpoint).toEqual(before.chain.forkChoice.justifiedCheckpoint)
    expect(again.chain.forkChoice.finalizedCheckpoint).toEqual(before.chain.forkChoice.finalizedCheckpoint)
    expect(again.chain.genesis).toEqual(before.chain.genesis)
    expect(again.chain.genesis.root).toBe(builder.files.genesisBlockRoot)
    await again.import(...blocks.filter((block) => block.slot > slot))
    expect(again.chain.head.root).toBe(blockAt(48).root)
    expect(again.chain.forkChoice.finalizedCheckpoint.epoch).toBe(4)
    expect(await again.chain.canonicalRoot(3)).toBe(blockAt(3).root)
  })

  test('knows genesis by the roots that the genesis files have', () => {
    const { chain } = TestChain.create(builder)
    expect(chain.genesis.root).toBe(builder.files.genesisBlockRoot)
    expect(chain.genesis.stateRoot).toBe(builder.files.genesisStateRoot)
    expect(chain.genesis.validatorsRoot).toBe(builder.files.genesisValidatorsRoot)
  })
})

function toHex(bytes: Uint8Array | undefined): string {
  return `0x${Buffer.from(bytes ?? []).toString('hex')}`
}
