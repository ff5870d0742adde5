import { BitArray } from '@chainsafe/ssz'
import { ForkSeq, SLOTS_PER_EPOCH } from '@lodestar/params'
import { getBlockRootAtSlot, processAttestationsAltair } from '@lodestar/state-transition'
import { type Attestation, type phase0, ssz } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AttestationPool } from '../../../../src/embedded/pools/attestation-pool.ts'
import {
  committeeAttestation,
  onChainAggregate,
} from '../../../../src/embedded/pools/on-chain-attestation.ts'
import { operationLimits } from '../../../../src/embedded/pools/operation-limits.ts'
import { packAttestations } from '../../../../src/embedded/pools/pack-attestations.ts'
import type { AttestationSubject, SignedBits } from '../../../../src/embedded/pools/validated.ts'
import type { BeaconState } from '../../../../src/embedded/protocol/beacon-state.ts'
import type { Fork } from '../../../../src/embedded/protocol/signed-block.ts'
import type { Manifest } from '../../../../src/plan/manifest.ts'
import { advanceToSlot, openTestNode, produce, publish, runSlot } from '../production/support/test-node.ts'

/** What has come in of one committee and one data. Positions are taken modulo the committee's length. */
interface Received {
  readonly slotsBack: number
  readonly committee: number
  readonly isHeadWrong: boolean
  readonly singles: readonly number[]
  readonly aggregates: readonly (readonly number[])[]
}

const positions = fc.uniqueArray(fc.nat({ max: 7 }), { minLength: 1, maxLength: 7 })
const received: fc.Arbitrary<Received> = fc.record({
  slotsBack: fc.integer({ min: 1, max: SLOTS_PER_EPOCH + 4 }),
  committee: fc.nat({ max: 3 }),
  isHeadWrong: fc.boolean(),
  singles: fc.uniqueArray(fc.nat({ max: 7 })),
  aggregates: fc.array(positions, { maxLength: 4 }),
})

/** A state in whose past some votes have been included and others have not. */
async function stateWithGaps(manifest: Manifest): Promise<{ state: BeaconState; signature: Uint8Array }> {
  const node = await openTestNode({ manifest })
  const last = SLOTS_PER_EPOCH + 4
  for (let slot = 1; slot <= last; slot++) {
    if (slot % 3 === 0) {
      await runSlot(node, slot)
      continue
    }
    await advanceToSlot(node, slot)
    await publish(node, (await produce(node, slot)).block)
  }
  const state = node.protocol.advance(node.chain.head.state, last + 1)
  return { state, signature: node.validators.randaoReveal(0, 0) }
}

function subjectOf(
  state: BeaconState,
  { slotsBack, committee: index, isHeadWrong }: Received,
): AttestationSubject {
  const { epochCtx, slot: stateSlot } = state
  const slot = Math.max(stateSlot - slotsBack, 0)
  const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
  const isElectra = state.config.getForkSeq(slot) >= ForkSeq.electra
  const committeeIndex = index % epochCtx.getCommitteeCountPerSlot(epoch)
  const data: phase0.AttestationData = {
    slot,
    index: isElectra ? 0 : committeeIndex,
    beaconBlockRoot: getBlockRootAtSlot(state, isHeadWrong ? 0 : slot),
    source: state.currentJustifiedCheckpoint.toValue(),
    target: { epoch, root: getBlockRootAtSlot(state, epoch * SLOTS_PER_EPOCH) },
  }
  const dataRoot = toRootHex(ssz.phase0.AttestationData.hashTreeRoot(data))
  return { data, dataRoot, committeeIndex, committee: epochCtx.getBeaconCommittee(slot, committeeIndex) }
}

/** What the library gives the proposer for attestations. It throws for those that a block cannot hold. */
function rewardGwei(state: BeaconState, attestations: Attestation<Fork>[]): number {
  const after = state.clone(true)
  processAttestationsAltair(state.config.getForkSeq(state.slot), after as never, attestations, false)
  return after.proposerRewards.attestations
}

export function testPacking(manifest: Manifest): void {
  test('what is packed earns no less than what a naive proposer takes', async () => {
    const { state, signature } = await stateWithGaps(manifest)
    const fork = state.config.getForkSeq(state.slot)
    const limit = operationLimits(fork).attestations
    let better = 0
    fc.assert(
      fc.property(fc.array(received, { maxLength: 24 }), (all) => {
        const pool = new AttestationPool(state.config)
        const arrived = all.flatMap((one) => {
          const subject = subjectOf(state, one)
          const bitsOf = (places: readonly number[]) => {
            const bits = BitArray.fromBitLen(subject.committee.length)
            for (const place of places) bits.set(place % subject.committee.length, true)
            return bits
          }
          for (const place of one.singles) {
            pool.add({ ...subject, position: place % subject.committee.length, signature })
          }
          const aggregates = one.aggregates.map((places) => ({ bits: bitsOf(places), signature }))
          for (const aggregate of aggregates) pool.addAggregate({ ...subject, ...aggregate })
          const singles = one.singles.map((place) => ({ bits: bitsOf([place]), signature }))
          return [...aggregates, ...singles].map((votes) => ({ subject, votes }))
        })
        const packed = packAttestations(pool, state)
        expect(packed.length).toBeLessThanOrEqual(limit)
        const earned = rewardGwei(state, packed)
        for (const naive of naivePackings(arrived, fork)) {
          const naiveReward = rewardGwei(state, naive.slice(0, limit))
          // Each attestation's reward is rounded down to a Gwei.
          expect(earned + packed.length).toBeGreaterThanOrEqual(naiveReward)
          if (earned > naiveReward) better += 1
        }
      }),
      { numRuns: 150 },
    )
    expect(better).toBeGreaterThan(0)
  })

  test('nothing that earns nothing is packed', async () => {
    const { state, signature } = await stateWithGaps(manifest)
    const pool = new AttestationPool(state.config)
    // The votes of slot 3 are in a block already.
    const included = subjectOf(state, one(state.slot - 3))
    for (const position of included.committee.keys()) pool.add({ ...included, position, signature })
    expect(packAttestations(pool, state)).toEqual([])
    const open = subjectOf(state, one(state.slot - 2))
    for (const position of open.committee.keys()) pool.add({ ...open, position, signature })
    expect(packAttestations(pool, state)).toHaveLength(1)
  })
}

function one(slotsBack: number): Received {
  return { slotsBack, committee: 0, isHeadWrong: false, singles: [], aggregates: [] }
}

/** What proposers might take who do not look at the state: each in the order of preference. */
function naivePackings(
  arrived: readonly { subject: AttestationSubject; votes: SignedBits }[],
  fork: ForkSeq,
): Attestation<Fork>[][] {
  const attestation = ({ subject, votes }: (typeof arrived)[number]) =>
    committeeAttestation(fork, subject, votes.bits, votes.signature)
  const newestFirst = arrived.toSorted((a, b) => b.subject.data.slot - a.subject.data.slot)
  const count = ({ votes }: (typeof arrived)[number]) => votes.bits.getTrueBitIndexes().length
  const widestFirst = arrived.toSorted((a, b) => count(b) - count(a))
  const packings = [arrived, newestFirst, widestFirst].map((order) => order.map(attestation))
  return fork < ForkSeq.electra
    ? packings
    : [...packings, firstOfEachCommittee(newestFirst), firstOfEachCommittee(widestFirst)]
}

/** One attestation for each data, with the first that came of each committee. */
function firstOfEachCommittee(arrived: readonly { subject: AttestationSubject; votes: SignedBits }[]) {
  const byData = new Map<string, Map<number, (typeof arrived)[number]>>()
  for (const one of arrived) {
    const { dataRoot, committeeIndex } = one.subject
    const committees = byData.get(dataRoot) ?? new Map<number, (typeof arrived)[number]>()
    if (!committees.has(committeeIndex)) committees.set(committeeIndex, one)
    byData.set(dataRoot, committees)
  }
  return [...byData.values()].map((committees) => {
    const parts = [...committees.values()].sort((a, b) => a.subject.committeeIndex - b.subject.committeeIndex)
    const [first] = parts
    if (first === undefined) throw new Error('There is no committee')
    return onChainAggregate(
      first.subject.data,
      parts.map(({ subject, votes }) => ({
        committeeIndex: subject.committeeIndex,
        votes: { bits: votes.bits, parts: [votes] },
      })),
    )
  })
}
