import { createBeaconConfig } from '@lodestar/config'
import { mainnetChainConfig } from '@lodestar/config/configs'
import { MAX_COMMITTEES_PER_SLOT, SLOTS_PER_EPOCH } from '@lodestar/params'
import { ssz } from '@lodestar/types'
import { describe, expect, test } from 'vitest'
import { AttestationPool } from '../../../../src/embedded/pools/attestation-pool.ts'
import type { AttestationSubject } from '../../../../src/embedded/pools/validated.ts'
import { aggregateOf, bitsOf, isSignedBy, signatureOf } from './signers.ts'

const size = 4
const electraEpoch = 10
const electraSlot = electraEpoch * SLOTS_PER_EPOCH
const config = createBeaconConfig(
  {
    ...mainnetChainConfig,
    ALTAIR_FORK_EPOCH: 0,
    BELLATRIX_FORK_EPOCH: 0,
    CAPELLA_FORK_EPOCH: 0,
    DENEB_FORK_EPOCH: 0,
    ELECTRA_FORK_EPOCH: electraEpoch,
  },
  new Uint8Array(32),
)

function subjectAt(slot: number, committeeIndex = 0, dataRoot = `0x${slot}`): AttestationSubject {
  const index = slot < electraSlot ? committeeIndex : 0
  const data = { ...ssz.phase0.AttestationData.defaultValue(), slot, index }
  return { data, dataRoot, committeeIndex, committee: new Uint32Array(size) }
}

function pool(): AttestationPool {
  return new AttestationPool(config)
}

describe('attestation pool', () => {
  test('gives the widest aggregate of a committee, in the format of the fork', () => {
    for (const [slot, committeeBits] of [
      [electraSlot - 1],
      [electraSlot, bitsOf(MAX_COMMITTEES_PER_SLOT, [1])],
    ] as const) {
      const attestations = pool()
      const subject = subjectAt(slot, 1)
      expect(attestations.add({ ...subject, position: 0, ...signatureOf(0) })).toBe(true)
      expect(attestations.add({ ...subject, position: 0, ...signatureOf(0) })).toBe(false)
      expect(attestations.addAggregate({ ...subject, ...aggregateOf(size, [1, 2]) })).toBe(true)
      attestations.add({ ...subjectAt(slot, 0), position: 3, ...signatureOf(3) })
      const { signature, ...aggregate } =
        attestations.aggregate(slot, subject.dataRoot, 1) ?? expect.unreachable()
      expect(aggregate).toEqual({
        data: subject.data,
        aggregationBits: bitsOf(size, [0, 1, 2]),
        ...(committeeBits === undefined ? {} : { committeeBits }),
      })
      expect(isSignedBy(signature, [0, 1, 2])).toBe(true)
    }
  })

  test('knows whether another aggregate would be of use', () => {
    const attestations = pool()
    const subject = subjectAt(5)
    expect(attestations.isAggregated(5, subject.dataRoot, 0)).toBe(false)
    attestations.add({ ...subject, position: 0, ...signatureOf(0) })
    expect(attestations.isAggregated(5, subject.dataRoot, 0)).toBe(false)
    attestations.addAggregate({ ...subject, ...aggregateOf(size, [0, 1]) })
    expect(attestations.isAggregated(5, subject.dataRoot, 0)).toBe(true)
    expect(attestations.isAggregated(5, subject.dataRoot, 1)).toBe(false)
  })

  test('has nothing to give for what nobody has attested to', () => {
    expect(pool().aggregate(5, '0x05', 0)).toBeUndefined()
    expect(pool().list()).toEqual([])
  })

  test('lists by slot and committee, the newest first', () => {
    const attestations = pool()
    for (const slot of [5, 7, 6]) {
      for (const committee of [0, 1]) {
        attestations.add({ ...subjectAt(slot, committee), position: 0, ...signatureOf(0) })
      }
    }
    const places = (filter?: { slot?: number; committeeIndex?: number }) =>
      attestations.list(filter).map(({ data }) => [data.slot, data.index])
    expect(places()).toEqual([
      [7, 0],
      [7, 1],
      [6, 0],
      [6, 1],
      [5, 0],
      [5, 1],
    ])
    expect(places({ slot: 6 })).toEqual([
      [6, 0],
      [6, 1],
    ])
    expect(places({ committeeIndex: 1 })).toEqual([
      [7, 1],
      [6, 1],
      [5, 1],
    ])
  })

  test('refuses what does not fit together', () => {
    const attestations = pool()
    const subject = subjectAt(5)
    attestations.add({ ...subject, position: 0, ...signatureOf(0) })
    const other = { ...subject, committee: new Uint32Array(size + 1) }
    expect(attestations.add({ ...other, position: 1, ...signatureOf(1) })).toBe(false)
    expect(attestations.addAggregate({ ...subject, ...aggregateOf(size + 1, [1]) })).toBe(false)
    for (const committeeIndex of [-1, 1.5, MAX_COMMITTEES_PER_SLOT]) {
      expect(attestations.add({ ...subject, committeeIndex, position: 0, ...signatureOf(0) })).toBe(false)
    }
    expect(attestations.size).toBe(1)
  })

  test('keeps what the next block could hold: the present epoch and the one before', () => {
    const attestations = pool()
    const add = (slot: number) => attestations.add({ ...subjectAt(slot), position: 0, ...signatureOf(0) })
    const epoch = (number: number) => number * SLOTS_PER_EPOCH
    for (const slot of [epoch(3) - 1, epoch(3), epoch(5) - 1]) expect(add(slot)).toBe(true)
    expect(attestations.list().map(({ data }) => data.slot)).toEqual([epoch(5) - 1, epoch(3)])
    expect(add(epoch(3) - 1)).toBe(false)
    attestations.prune(epoch(5))
    expect(attestations.list().map(({ data }) => data.slot)).toEqual([epoch(5) - 1])
    attestations.prune(epoch(6))
    expect(attestations.size).toBe(0)
  })

  test('does not grow without bound within a slot', () => {
    const attestations = pool()
    for (let data = 0; data < 3000; data++) {
      attestations.add({ ...subjectAt(5, 0, `0x${data}`), position: 0, ...signatureOf(0) })
    }
    expect(attestations.size).toBe(1024)
  })
})
