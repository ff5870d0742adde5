import { SYNC_COMMITTEE_SIZE, SYNC_COMMITTEE_SUBNET_COUNT } from '@lodestar/params'
import { G2_POINT_AT_INFINITY } from '@lodestar/state-transition'
import { describe, expect, test } from 'vitest'
import { SyncCommitteePool, subcommitteeSize } from '../../../../src/embedded/pools/sync-committee-pool.ts'
import { aggregateOf, bitsOf, isSignedBy, signatureOf } from './signers.ts'

const blockRoot = '0xaa'
const rootBytes = new Uint8Array(32).fill(0xaa)

function messageOf(validatorIndex: number, seats: readonly number[], slot = 5) {
  return { slot, blockRoot, validatorIndex, seats, ...signatureOf(validatorIndex) }
}

describe('sync committee pool', () => {
  test('counts a validator once for each of its seats', () => {
    const pool = new SyncCommitteePool()
    const seats = [0, 2, subcommitteeSize + 1]
    expect(pool.addMessage(messageOf(1, seats))).toBe(true)
    expect(pool.addMessage(messageOf(1, seats))).toBe(false)
    expect(pool.addMessage(messageOf(2, [1]))).toBe(true)
    const contribution = pool.contribution(5, 0, rootBytes, blockRoot) ?? expect.unreachable()
    expect(contribution).toMatchObject({ slot: 5, subcommitteeIndex: 0, beaconBlockRoot: rootBytes })
    expect(contribution.aggregationBits.getTrueBitIndexes()).toEqual([0, 1, 2])
    expect(isSignedBy(contribution.signature, [1, 2, 1])).toBe(true)
    expect(isSignedBy(contribution.signature, [1, 2])).toBe(false)
    const aggregate = pool.syncAggregate(5, blockRoot)
    expect(aggregate.syncCommitteeBits).toEqual(bitsOf(SYNC_COMMITTEE_SIZE, [0, 1, 2, subcommitteeSize + 1]))
    expect(isSignedBy(aggregate.syncCommitteeSignature, [1, 2, 1, 1])).toBe(true)
  })

  test('puts contributions and messages together', () => {
    const pool = new SyncCommitteePool()
    const contribution = {
      slot: 5,
      blockRoot,
      subcommitteeIndex: 1,
      ...aggregateOf(subcommitteeSize, [0, 1, 2]),
    }
    expect(pool.addContribution(contribution)).toBe(true)
    expect(pool.addContribution({ ...contribution, ...aggregateOf(subcommitteeSize, [1, 2]) })).toBe(false)
    pool.addMessage(messageOf(1, [subcommitteeSize + 1]))
    expect(pool.isAggregated(5, 1, blockRoot)).toBe(true)
    pool.addMessage(messageOf(9, [subcommitteeSize + 9]))
    expect(pool.isAggregated(5, 1, blockRoot)).toBe(false)
    const { syncCommitteeBits, syncCommitteeSignature } = pool.syncAggregate(5, blockRoot)
    expect(syncCommitteeBits.getTrueBitIndexes()).toEqual([0, 1, 2, 9].map((seat) => subcommitteeSize + seat))
    expect(isSignedBy(syncCommitteeSignature, [0, 1, 2, 9])).toBe(true)
  })

  test('gives the empty aggregate when nobody has voted for the block', () => {
    const pool = new SyncCommitteePool()
    pool.addMessage(messageOf(1, [0]))
    for (const aggregate of [pool.syncAggregate(4, blockRoot), pool.syncAggregate(5, '0xbb')]) {
      expect(aggregate.syncCommitteeBits).toEqual(bitsOf(SYNC_COMMITTEE_SIZE, []))
      expect(aggregate.syncCommitteeSignature).toBe(G2_POINT_AT_INFINITY)
    }
    expect(pool.contribution(5, 1, rootBytes, blockRoot)).toBeUndefined()
  })

  test('refuses what does not fit together', () => {
    const pool = new SyncCommitteePool()
    for (const seat of [-1, 0.5, SYNC_COMMITTEE_SIZE])
      expect(pool.addMessage(messageOf(1, [seat]))).toBe(false)
    const contribution = { slot: 5, blockRoot, ...aggregateOf(subcommitteeSize, [0]) }
    for (const subcommitteeIndex of [-1, 0.5, SYNC_COMMITTEE_SUBNET_COUNT]) {
      expect(pool.addContribution({ ...contribution, subcommitteeIndex })).toBe(false)
    }
    const tooWide = aggregateOf(subcommitteeSize + 1, [0])
    expect(pool.addContribution({ ...contribution, ...tooWide, subcommitteeIndex: 0 })).toBe(false)
    expect(pool.size).toBe(0)
  })

  test('keeps three slots, and in each a bounded number of blocks', () => {
    const pool = new SyncCommitteePool()
    for (const slot of [5, 6, 7]) pool.addMessage(messageOf(1, [0], slot))
    expect(pool.size).toBe(3)
    pool.addMessage(messageOf(1, [0], 8))
    expect(pool.size).toBe(3)
    expect(pool.addMessage(messageOf(1, [0], 5))).toBe(false)
    for (let block = 0; block < 1000; block++)
      pool.addMessage({ ...messageOf(1, [0], 8), blockRoot: `0x${block}` })
    expect(pool.size).toBe(2 + 256)
  })
})
