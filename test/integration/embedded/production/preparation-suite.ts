import { toRootHex } from '@lodestar/utils'
import { expect, test } from 'vitest'
import type { ExecutionEngine, PayloadAttributes } from '../../../../src/embedded/engine/execution-engine.ts'
import type { Root } from '../../../../src/embedded/fork-choice/types.ts'
import type { Manifest } from '../../../../src/plan/manifest.ts'
import {
  advanceToSlot,
  fallbackFeeRecipient,
  openTestNode,
  produce,
  publish,
  runSlot,
  type TestNode,
} from './support/test-node.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

interface ForkchoiceCall {
  readonly headBlockHash: Root
  readonly attributes: PayloadAttributes | undefined
  readonly atMs: number
}

const feeRecipient = new Uint8Array(20).fill(0xab)

/** A node whose execution client's calls are written down, and which can be made to fail. */
async function openObserved(manifest: Manifest) {
  const calls: ForkchoiceCall[] = []
  const failures = { getPayload: 0 }
  let clock: { readonly nowMs: number } = { nowMs: 0 }
  const wrapEngine = (engine: ExecutionEngine): ExecutionEngine => ({
    notifyNewPayload: (block) => engine.notifyNewPayload(block),
    notifyForkchoiceUpdated: (state, attributes) => {
      calls.push({ headBlockHash: state.headBlockHash, attributes, atMs: clock.nowMs })
      return engine.notifyForkchoiceUpdated(state, attributes)
    },
    getPayload: async (payloadId, fork) => {
      if (failures.getPayload-- > 0) throw new Error('unknown payload')
      return engine.getPayload(payloadId, fork)
    },
  })
  const node = await openTestNode({ manifest, wrapEngine })
  clock = node.clock
  node.chain.start()
  node.preparation.start()
  return { node, calls, failures }
}

function registerEverybody({ validators, feeRecipients }: TestNode): void {
  for (let validatorIndex = 0; validatorIndex < validators.count; validatorIndex++) {
    feeRecipients.register({ validatorIndex, feeRecipient })
  }
}

const asked = (calls: readonly ForkchoiceCall[]) => calls.filter(({ attributes }) => attributes !== undefined)

export function testPreparation(manifest: Manifest): void {
  test('a payload is asked for when its parent becomes the head, once, and then only fetched', async () => {
    const { node, calls } = await openObserved(manifest)
    registerEverybody(node)
    await runSlot(node, 1)
    const prepared = asked(calls).at(-1)
    expect(prepared?.headBlockHash).toBe(node.chain.head.executionBlockHash)
    expect(prepared?.atMs).toBe(node.time.startOfSlotMs(1))
    expect(prepared?.attributes).toMatchObject({ suggestedFeeRecipient: feeRecipient })
    const count = asked(calls).length
    await advanceToSlot(node, 2)
    const { block } = await produce(node, 2)
    expect(asked(calls)).toHaveLength(count)
    expect(block.body.executionPayload.feeRecipient).toEqual(feeRecipient)
    expect(block.body.executionPayload.timestamp * 1000).toBe(node.time.startOfSlotMs(2))
    await publish(node, block)
    expect(node.defects).toEqual([])
  })

  test('after an empty slot it is asked for before the slot is over', async () => {
    const { node, calls } = await openObserved(manifest)
    registerEverybody(node)
    await runSlot(node, 1)
    await advanceToSlot(node, 3)
    const attributes = asked(calls).filter(({ atMs }) => atMs > node.time.startOfSlotMs(2))
    expect(attributes.map(({ atMs }) => atMs)).toEqual([node.time.dueInSlotMs(2, 6667)])
    expect(attributes[0]?.attributes?.timestamp).toBe(node.time.startOfSlotMs(3) / 1000)
    await publish(node, (await produce(node, 3)).block)
    expect(asked(calls).filter(({ atMs }) => atMs === node.time.startOfSlotMs(3))).toHaveLength(1)
  })

  test('who has not registered is not prepared for, and gets the fallback', async () => {
    const { node, calls } = await openObserved(manifest)
    await runSlot(node, 1)
    await advanceToSlot(node, 2)
    const before = asked(calls).length
    const { block } = await produce(node, 2)
    expect(before).toBe(1)
    expect(asked(calls)).toHaveLength(2)
    expect(block.body.executionPayload.feeRecipient).toEqual(fallbackFeeRecipient)
  })

  test('a payload that the execution client has forgotten is asked for again', async () => {
    const { node, calls, failures } = await openObserved(manifest)
    registerEverybody(node)
    await runSlot(node, 1)
    await advanceToSlot(node, 2)
    const before = asked(calls).length
    failures.getPayload = 1
    await publish(node, (await produce(node, 2)).block)
    expect(node.chain.head.slot).toBe(2)
    expect(asked(calls).length).toBeGreaterThan(before)
    failures.getPayload = 2
    await advanceToSlot(node, 3)
    await expect(produce(node, 3)).rejects.toThrow('unknown payload')
  })

  test('nothing is prepared any more when it has stopped', async () => {
    const { node, calls } = await openObserved(manifest)
    registerEverybody(node)
    node.preparation.stop()
    await runSlot(node, 1)
    await advanceToSlot(node, 5)
    // The one that the block of slot 1 was made of.
    expect(asked(calls)).toHaveLength(1)
    expect(node.chain.overridesForkchoiceUpdate).toBeUndefined()
  })
}

export function testReorg(manifest: Manifest): void {
  test('a late and weak head is built beside, and the execution client never told of it', async () => {
    const { node, calls } = await openObserved(manifest)
    registerEverybody(node)
    for (let slot = 1; slot <= 4; slot++) await runSlot(node, slot)
    const parent = node.chain.head
    await advanceToSlot(node, 5)
    const { block } = await produce(node, 5)
    // Nobody has seen it in time: all vote for its parent.
    for (const { data, position, committee } of node.validators.attest(parent.state, 5)) {
      node.chain.importAttestation({
        slot: 5,
        blockRoot: parent.root,
        target: { epoch: 0, root: toRootHex(data.target.root) },
        attestingIndices: [committee[position] ?? -1],
        isFromBlock: false,
        toAttestation: () => expect.unreachable(),
      })
    }
    await node.clock.advanceTo(node.time.dueInSlotMs(5, 5000))
    const callsBefore = calls.length
    const late = await publish(node, block)
    const lateHash = toRootHex(late.message.body.executionPayload.blockHash)
    expect(node.chain.head.executionBlockHash).toBe(lateHash)

    await advanceToSlot(node, 6)
    expect(calls.slice(callsBefore).map(({ headBlockHash }) => headBlockHash)).not.toContain(lateHash)
    const { block: beside } = await produce(node, 6)
    expect(toRootHex(beside.parentRoot)).toBe(parent.root)
    // The votes that the late block held are in this one, too.
    const slots = beside.body.attestations.map(({ data }) => data.slot)
    expect(slots).toContain(4)
    await publish(node, beside)
    expect(node.chain.head.slot).toBe(6)
    expect(node.defects).toEqual([])
  })
}
