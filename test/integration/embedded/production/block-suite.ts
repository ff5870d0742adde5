import { BitArray } from '@chainsafe/ssz'
import { MAX_VOLUNTARY_EXITS, SLOTS_PER_EPOCH, SYNC_COMMITTEE_SIZE } from '@lodestar/params'
import type { SignedBeaconBlock } from '@lodestar/types'
import { expect, test } from 'vitest'
import { aggregateSignatureBytes } from '../../../../src/embedded/pools/aggregate-signatures.ts'
import type { ValidatedAggregate, ValidatedAttestation } from '../../../../src/embedded/pools/validated.ts'
import type { BeaconState } from '../../../../src/embedded/protocol/beacon-state.ts'
import type { Fork } from '../../../../src/embedded/protocol/signed-block.ts'
import type { Manifest } from '../../../../src/plan/manifest.ts'
import { judge, runBlock } from './support/judged-block.ts'
import { openTestNode, runSlot, type TestNode } from './support/test-node.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

/** Runs slots and has the library judge each of their blocks. */
async function runJudged(node: TestNode, first: number, last: number) {
  const blocks: SignedBeaconBlock<Fork>[] = []
  for (let slot = first; slot <= last; slot++) {
    const parentState = node.chain.head.state
    if (isProposerSlashed(node, slot)) continue
    const block = await runSlot(node, slot)
    judge(parentState, block)
    blocks.push(block)
  }
  expect(node.defects).toEqual([])
  return blocks
}

function isProposerSlashed({ chain, protocol }: TestNode, slot: number): boolean {
  const { epochCtx, validators } = protocol.advance(chain.head.state, slot)
  return validators.getReadonly(epochCtx.getBeaconProposer(slot)).slashed
}

export function testFinalizingChain(manifest: Manifest): void {
  test('blocks are full, accepted by the library, and finalize', async () => {
    const node = await openTestNode({ manifest })
    const blocks = await runJudged(node, 1, 4 * SLOTS_PER_EPOCH)
    expect(node.chain.head.slot).toBe(4 * SLOTS_PER_EPOCH)
    expect(node.chain.forkChoice.finalizedCheckpoint.epoch).toBe(2)
    for (const { message } of blocks.slice(1)) {
      const { syncCommitteeBits } = message.body.syncAggregate
      expect(syncCommitteeBits.getTrueBitIndexes()).toHaveLength(SYNC_COMMITTEE_SIZE)
      const voters = message.body.attestations.reduce(
        (sum, { aggregationBits }) => sum + aggregationBits.getTrueBitIndexes().length,
        0,
      )
      expect(voters).toBe(node.validators.count / SLOTS_PER_EPOCH)
    }
  })
}

/** For a chain that starts at Deneb, is at Electra from epoch 1 and at Fulu from epoch 2. */
export function testForkTransitions(manifest: Manifest): void {
  test('blocks on both sides of every fork are accepted, and no vote is lost between them', async () => {
    const node = await openTestNode({ manifest })
    const blocks = await runJudged(node, 1, 5 * SLOTS_PER_EPOCH)
    const forks = blocks.map(({ message }) => node.config.getForkName(message.slot))
    expect(new Set(forks)).toEqual(new Set(['deneb', 'electra', 'fulu']))
    // The first block of Electra holds votes that were made in the format of Deneb.
    const first = blocks[SLOTS_PER_EPOCH - 1]
    expect(first?.message.slot).toBe(SLOTS_PER_EPOCH)
    expect(first?.message.body.attestations.map(({ data }) => data.slot)).toContain(SLOTS_PER_EPOCH - 1)
    expect(node.chain.forkChoice.finalizedCheckpoint.epoch).toBe(3)
  })
}

export function testOperations(manifest: Manifest): void {
  test('operations go into a block, in their order, and leave the pool; a re-org would bring them back', async () => {
    const changedAddress = new Uint8Array(20).fill(0xcc)
    const node = await openTestNode({
      manifest,
      changeGenesis: (state, validators) => {
        for (const index of [10, 11])
          state.validators.get(index).withdrawalCredentials = validators.blsCredentials(index)
      },
    })
    await runJudged(node, 1, 2)
    const before = node.chain.head.state
    const { operations } = node.pools
    expect(operations.addProposerSlashing(node.validators.proposerSlashing(20, 1))).toBe(true)
    // Of these, 20 is slashed already by then, and 31 wants to leave as well.
    expect(operations.addAttesterSlashing(node.validators.attesterSlashing([20, 30, 31], 2))).toBe(true)
    for (const index of [31, 40, 41]) operations.addVoluntaryExit(node.validators.voluntaryExit(index, 0))
    for (const index of [10, 11]) operations.addBlsChange(node.validators.blsChange(index, changedAddress))

    const [block] = await runJudged(node, 3, 3)
    const { proposerSlashings, attesterSlashings, voluntaryExits, blsToExecutionChanges } =
      block?.message.body ?? {}
    expect(proposerSlashings).toHaveLength(1)
    expect(attesterSlashings).toHaveLength(1)
    expect(voluntaryExits?.map(({ message }) => message.validatorIndex)).toEqual([40, 41])
    expect(blsToExecutionChanges?.map(({ message }) => message.validatorIndex)).toEqual([10, 11])
    const { state } = node.chain.head
    for (const index of [20, 30, 31]) expect(state.validators.getReadonly(index).slashed).toBe(true)

    const pending = (at: BeaconState) =>
      [operations.proposerSlashings(at), operations.attesterSlashings(at), operations.voluntaryExits(at)].map(
        ({ length }) => length,
      )
    expect(pending(state)).toEqual([0, 0, 0])
    expect(operations.blsToExecutionChanges(state)).toEqual([])
    expect(pending(before)).toEqual([1, 1, 3])

    // What is final is forgotten. Slashed and leaving validators still attest here, and are not counted.
    await runJudged(node, 4, 5 * SLOTS_PER_EPOCH)
    expect(node.chain.forkChoice.finalizedCheckpoint.epoch).toBeGreaterThan(0)
    expect(operations.size).toBe(0)
  })

  test('an exit that is not valid yet, or of a validator not yet known, waits', async () => {
    const node = await openTestNode({ manifest })
    const { operations } = node.pools
    operations.addVoluntaryExit(node.validators.voluntaryExit(5, 1))
    operations.addVoluntaryExit({
      ...node.validators.voluntaryExit(6, 0),
      message: { epoch: 0, validatorIndex: 9999 },
    })
    const [early] = await runJudged(node, 1, 1)
    expect(early?.message.body.voluntaryExits).toEqual([])
    expect(operations.voluntaryExits(node.chain.head.state)).toHaveLength(2)
    const later = (await runJudged(node, 2, SLOTS_PER_EPOCH)).at(-1)
    expect(later?.message.body.voluntaryExits.map(({ message }) => message.validatorIndex)).toEqual([5])
  })

  test('more operations than a block can hold go into the next ones', async () => {
    const node = await openTestNode({ manifest })
    const indices = Array.from({ length: MAX_VOLUNTARY_EXITS + 3 }, (_, index) => index)
    for (const index of indices)
      node.pools.operations.addVoluntaryExit(node.validators.voluntaryExit(index, 0))
    const blocks = await runJudged(node, 1, 2)
    expect(blocks.map(({ message }) => message.body.voluntaryExits.length)).toEqual([MAX_VOLUNTARY_EXITS, 3])
  })

  test('a slashing that is signed wrongly is left out', async () => {
    const node = await openTestNode({ manifest })
    const slashing = node.validators.proposerSlashing(20, 1)
    slashing.signedHeader2.signature = node.validators.randaoReveal(20, 1)
    node.pools.operations.addProposerSlashing(slashing)
    const [block] = await runJudged(node, 1, 1)
    expect(block?.message.body.proposerSlashings).toEqual([])
  })
}

export function testVotes(manifest: Manifest): void {
  test('a vote is included until the end of the next epoch, and not later', async () => {
    const node = await openTestNode({ manifest })
    await runBlock(node, 1)
    const [first = none(), second = none()] = node.validators.attest(node.chain.head.state, 3)
    const lastSlot = 2 * SLOTS_PER_EPOCH - 1
    node.pools.attestations.add(first)
    expect(slotsOf(await runBlock(node, lastSlot))).toEqual([3])
    node.pools.attestations.add(second)
    expect(slotsOf(await runBlock(node, lastSlot + 1))).toEqual([])
  })

  test('votes are not included twice, and without any the sync aggregate is the empty one', async () => {
    const node = await openTestNode({ manifest })
    await runJudged(node, 1, 2)
    const first = await runBlock(node, 4)
    expect(new Set(slotsOf(first))).toEqual(new Set([2]))
    expect(first.message.body.syncAggregate.syncCommitteeBits.getTrueBitIndexes()).toEqual([])
    expect(slotsOf(await runBlock(node, 5))).toEqual([])
  })

  test('votes of another branch, with another source or other members, are left out', async () => {
    const node = await openTestNode({ manifest })
    await runBlock(node, 1)
    const [vote = none()] = node.validators.attest(node.chain.head.state, 1)
    const otherData = { ...vote.data, source: { epoch: 0, root: new Uint8Array(32).fill(7) } }
    const otherCommittee = vote.committee.map((index) => index + 1)
    node.pools.attestations.add({ ...vote, data: otherData, dataRoot: '0x01' })
    node.pools.attestations.add({ ...vote, committee: otherCommittee, dataRoot: '0x02' })
    expect(slotsOf(await runBlock(node, 2))).toEqual([])
    node.pools.attestations.add(vote)
    expect(slotsOf(await runBlock(node, 3))).toEqual([1])
  })

  test('aggregates and single votes are combined, and what overlaps goes into a second attestation', async () => {
    const node = await openTestNode({ manifest })
    await runBlock(node, 1)
    const votes = node.validators
      .attest(node.chain.head.state, 1)
      .filter(({ committeeIndex }) => committeeIndex === 0)
    expect(votes).toHaveLength(4)
    expect(node.pools.attestations.addAggregate(aggregateOf(votes, [0, 1]))).toBe(true)
    expect(node.pools.attestations.addAggregate(aggregateOf(votes, [1, 2]))).toBe(true)
    node.pools.attestations.add(votes[3] ?? none())
    const { message } = await runBlock(node, 2)
    const bits = message.body.attestations.map(({ aggregationBits }) => aggregationBits.getTrueBitIndexes())
    expect(bits).toEqual([
      [0, 1, 3],
      [1, 2],
    ])
  })
}

function aggregateOf(
  votes: readonly ValidatedAttestation[],
  positions: readonly number[],
): ValidatedAggregate {
  const [{ position: _, ...subject } = none()] = votes
  const bits = BitArray.fromBitLen(votes.length)
  for (const position of positions) bits.set(position, true)
  return {
    ...subject,
    bits,
    signature: aggregateSignatureBytes(positions.map((place) => votes[place] ?? none())),
  }
}

function slotsOf({ message }: SignedBeaconBlock<Fork>): number[] {
  return message.body.attestations.map(({ data }) => data.slot)
}

function none(): never {
  throw new Error('There is no such vote')
}
