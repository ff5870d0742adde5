import { beforeAll, describe, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { TestChain, ScriptedEngine } = await import('../support/test-chain.ts')
const { BlockImportError } = await import('../../../../src/embedded/chain/errors.ts')

let builder: Awaited<ReturnType<typeof ChainBuilder.create>>

/** Blocks 1 to 3, one upon the other, and another block 3 upon block 1. */
async function forkedChain() {
  const first = await builder.build({ parent: builder.genesis.block })
  const second = await builder.build({ parent: first })
  const third = await builder.build({ parent: second })
  const side = await builder.build({ parent: first, slot: 3, attesters: () => false })
  return { first, second, third, side }
}

beforeAll(async () => {
  builder = await ChainBuilder.create(testManifest())
})

async function refusalOf(importing: Promise<unknown>) {
  const error = await importing.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof BlockImportError) return error
  throw new Error(`It was not refused with a BlockImportError: ${error}`)
}

describe('import', () => {
  test('a block becomes the head, and is told of before the head is', async () => {
    const { first } = await forkedChain()
    const node = TestChain.create(builder)
    await node.import(first)
    expect(node.chain.head).toMatchObject({ root: first.root, slot: 1, isOptimistic: false })
    expect(node.chain.head.state.slot).toBe(1)
    expect(node.told).toEqual(['block 1', 'head 1'])
  })

  test('a block that came before is known, also while its import is under way', async () => {
    const { first } = await forkedChain()
    const node = TestChain.create(builder)
    await node.import(first)
    expect(await node.chain.importBlock(node.own(first))).toBe('known')

    const other = TestChain.create(builder)
    await other.clock.advanceTo(builder.time.startOfSlotMs(1))
    const twice = [other.chain.importBlock(other.own(first)), other.chain.importBlock(other.own(first))]
    expect(await Promise.all(twice)).toEqual(['imported', 'imported'])
    expect(other.told).toEqual(['block 1', 'head 1'])
  })

  test('blocks are imported in the order in which they were asked for', async () => {
    const { first, second, third } = await forkedChain()
    const node = TestChain.create(builder)
    await node.clock.advanceTo(builder.time.startOfSlotMs(3))
    await Promise.all([first, second, third].map((block) => node.chain.importBlock(node.own(block))))
    expect(node.told).toEqual(['block 1', 'head 1', 'block 2', 'head 2', 'block 3', 'head 3'])
  })

  test('a branch with more votes takes the head, and how far back is told', async () => {
    const { first, second, third, side } = await forkedChain()
    const node = TestChain.create(builder)
    const reorgs: unknown[] = []
    node.chain.events.on('head', ({ reorg }) => reorgs.push(reorg))
    await node.import(first, side)
    expect(node.chain.head.root).toBe(side.root)
    // Both are late now, so that votes alone decide.
    await node.clock.advanceTo(builder.time.startOfSlotMs(4))
    await node.import(second, third)
    expect(node.chain.head.root).toBe(third.root)
    // The third block has the votes for the second one in it, which outweigh none.
    expect(reorgs.filter((reorg) => reorg !== undefined)).toEqual([{ depth: 2, commonAncestor: first.root }])
  })

  test('is timely when it came before attestations were due, in its own slot', async () => {
    const { first, second } = await forkedChain()
    const node = TestChain.create(builder)
    const timely: boolean[] = []
    node.chain.events.on('block', ({ isTimely }) => timely.push(isTimely))
    await node.clock.advanceTo(builder.time.startOfSlotMs(1) + 332)
    await node.chain.importBlock(node.own(first))
    expect(node.chain.forkChoice.proposerBoostRoot).toBe(first.root)
    await node.clock.advanceTo(builder.time.startOfSlotMs(2) + 333)
    await node.chain.importBlock(node.own(second))
    expect(timely).toEqual([true, false])
    expect(node.chain.forkChoice.proposerBoostRoot).not.toBe(second.root)
  })
})

describe('refusal', () => {
  test('of a block whose parent is not known, until it is', async () => {
    const { first, second } = await forkedChain()
    const node = TestChain.create(builder)
    await node.clock.advanceTo(builder.time.startOfSlotMs(2))
    const error = await refusalOf(node.chain.importBlock(node.own(second)))
    expect(error).toMatchObject({ reason: 'unknown-parent', code: 'block-import-unknown-parent' })
    expect(error.facts).toMatchObject({ slot: 2, parentRoot: first.root })
    await node.import(first, second)
    expect(node.chain.head.root).toBe(second.root)
  })

  test('of a block whose slot has not started, until it has', async () => {
    const { first } = await forkedChain()
    const node = TestChain.create(builder)
    await node.clock.advanceTo(builder.time.startOfSlotMs(1) - 1)
    expect(await refusalOf(node.chain.importBlock(node.own(first)))).toMatchObject({ reason: 'future' })
    expect(node.chain.head.slot).toBe(0)
    await node.import(first)
    expect(node.chain.head.slot).toBe(1)
  })

  test('of an invalid block is told of once, and leaves the head alone', async () => {
    const { first, second } = await forkedChain()
    const node = TestChain.create(builder)
    await node.import(first)
    const { signature } = first.value
    const bad = node.protocol.signedBlock({ message: second.value.message, signature })
    await node.clock.advanceTo(builder.time.startOfSlotMs(2))
    expect(await refusalOf(node.chain.importBlock(bad))).toMatchObject({ reason: 'invalid' })
    expect(await refusalOf(node.chain.importBlock(bad))).toMatchObject({ reason: 'invalid' })
    expect(node.told).toEqual(['block 1', 'head 1', 'invalid 2'])
    // It is the signature that is wrong, and not the block.
    await node.import(second)
    expect(node.chain.head.root).toBe(second.root)
  })

  test('of more blocks at once than may wait', async () => {
    const { second } = await forkedChain()
    const node = TestChain.create(builder)
    await node.clock.advanceTo(builder.time.startOfSlotMs(2))
    const copies = Array.from({ length: 1025 }, (_, index) => {
      const signature = new Uint8Array(96)
      signature.set([index >> 8, index & 255])
      return node.protocol.signedBlock({ message: second.value.message, signature })
    })
    const reasons = await Promise.all(copies.map((copy) => refusalOf(node.chain.importBlock(copy))))
    expect(reasons.filter(({ reason }) => reason === 'busy')).toHaveLength(1)
    expect(reasons.at(-1)?.reason).toBe('busy')
  })
})

describe('the execution client', () => {
  test('is told of each head, once', async () => {
    const { first, second } = await forkedChain()
    const engine = new ScriptedEngine()
    const node = TestChain.create(builder, { engine })
    await node.import(first, second)
    node.chain.updateHead()
    await node.chain.settled()
    expect(engine.heads).toEqual([first.executionBlockHash, second.executionBlockHash])
  })

  test('that is behind leaves blocks optimistic, until it says otherwise', async () => {
    const { first, second } = await forkedChain()
    const engine = new ScriptedEngine()
    engine.verdicts.set(1, { status: 'SYNCING' }).set(2, { status: 'ACCEPTED' })
    engine.forkchoiceStatus = { status: 'SYNCING' }
    const node = TestChain.create(builder, { engine })
    node.chain.start()
    await node.import(first, second)
    expect(node.chain.head).toMatchObject({ root: second.root, isOptimistic: true })
    engine.forkchoiceStatus = {}
    await node.clock.advanceTo(builder.time.startOfSlotMs(3))
    expect(node.chain.head).toMatchObject({ root: second.root, isOptimistic: false })
    expect(node.chain.forkChoice.getBlock(first.root)?.executionStatus).toBe('valid')
  })

  test('that finds a payload invalid has its block refused, and optimistic ones before it dropped', async () => {
    const { first, second, third } = await forkedChain()
    const engine = new ScriptedEngine()
    engine.forkchoiceStatus = { status: 'SYNCING' }
    engine.verdicts.set(2, { status: 'SYNCING' })
    engine.verdicts.set(3, { status: 'INVALID', latestValidHash: first.executionBlockHash })
    const node = TestChain.create(builder, { engine })
    await node.import(first, second)
    await node.clock.advanceTo(builder.time.startOfSlotMs(3))
    expect(await refusalOf(node.chain.importBlock(node.own(third)))).toMatchObject({ reason: 'invalid' })
    expect(node.chain.head.root).toBe(first.root)
    expect(await refusalOf(node.chain.importBlock(node.own(second)))).toMatchObject({ reason: 'invalid' })
    expect(node.told.filter((event) => event.startsWith('invalid'))).toEqual(['invalid 2', 'invalid 3'])
  })

  test('that names a hash of another chain condemns no other block', async () => {
    const { first, second } = await forkedChain()
    const engine = new ScriptedEngine()
    engine.verdicts.set(1, { status: 'SYNCING' })
    engine.verdicts.set(2, { status: 'INVALID', latestValidHash: `0x${'77'.repeat(32)}` })
    engine.forkchoiceStatus = { status: 'SYNCING' }
    const node = TestChain.create(builder, { engine })
    await node.import(first)
    await node.clock.advanceTo(builder.time.startOfSlotMs(2))
    expect(await refusalOf(node.chain.importBlock(node.own(second)))).toMatchObject({ reason: 'invalid' })
    expect(node.chain.head).toMatchObject({ root: first.root, isOptimistic: true })
  })

  test('that does not answer has the block refused for now', async () => {
    const { first } = await forkedChain()
    const engine = new ScriptedEngine()
    engine.verdicts.set(1, undefined)
    const node = TestChain.create(builder, { engine })
    await node.clock.advanceTo(builder.time.startOfSlotMs(1))
    expect(await refusalOf(node.chain.importBlock(node.own(first)))).toMatchObject({ reason: 'engine' })
    expect(node.told).toEqual([])
    engine.verdicts.clear()
    await node.import(first)
    expect(node.chain.head.root).toBe(first.root)
  })

  test('calls an optimistic head invalid: the head goes back', async () => {
    const { first, second } = await forkedChain()
    const engine = new ScriptedEngine()
    const node = TestChain.create(builder, { engine })
    await node.import(first)
    engine.verdicts.set(2, { status: 'SYNCING' })
    engine.forkchoiceStatus = { status: 'INVALID', latestValidHash: first.executionBlockHash }
    await node.import(second)
    expect(node.chain.head.root).toBe(first.root)
    expect(node.told).toEqual(['block 1', 'head 1', 'block 2', 'head 2', 'invalid 2', 'head 1'])
  })
})

describe('listeners', () => {
  test('that throw break neither the chain nor each other', async () => {
    const { first, second } = await forkedChain()
    const node = TestChain.create(builder, {
      observer: {
        onBlock: () => {
          throw new Error('observer')
        },
      },
    })
    for (const name of ['block', 'head'] as const) {
      node.chain.events.prependListener(name, () => {
        throw new Error(name)
      })
    }
    await node.import(first, second)
    expect(node.told).toEqual(['block 1', 'head 1', 'block 2', 'head 2'])
    expect(node.defects.map(String)).toEqual(
      ['observer', 'block', 'head', 'observer', 'block', 'head'].map((name) => `Error: ${name}`),
    )
  })

  test('see what fork choice sees, in its order', async () => {
    const { first, second, side } = await forkedChain()
    const seen: string[] = []
    const { genesisTimeMs } = builder.time
    const node = TestChain.create(builder, {
      observer: {
        onTick: (timeMs) => seen.push(`tick ${timeMs - genesisTimeMs}`),
        onBlock: ({ slot }, isValid) => seen.push(`block ${slot} ${isValid}`),
        onAttestation: ({ data }, isValid) => seen.push(`attestation ${data.slot} ${isValid}`),
      },
    })
    const [attestation] = builder.attestations(second, 2)
    const voteAt = (slot: number, blockRoot: string) => ({
      slot,
      blockRoot,
      target: { epoch: 0, root: builder.genesis.block.root },
      attestingIndices: [1],
      isFromBlock: false as const,
      toAttestation: () => {
        if (attestation === undefined) throw new Error('There is no attestation.')
        return attestation
      },
    })
    await node.import(first, second)
    node.chain.importAttestation(voteAt(2, second.root))
    node.chain.importAttestation(voteAt(1, side.root))
    await node.clock.advanceTo(genesisTimeMs + 3200)
    await node.chain.importBlock(node.own(side))
    expect(seen).toEqual([
      'tick 1000',
      'block 1 true',
      'tick 2000',
      'block 2 true',
      'attestation 2 false',
      'tick 3200',
      'attestation 2 true',
      'block 3 true',
    ])
    expect(node.chain.refusedAttestations).toBe(1)
  })
})
