import { describe, expect, test } from 'vitest'
import type { Deed } from '../../../../src/embedded/validator/deed.ts'
import { FaultError } from '../../../../src/faults/errors.ts'
import { rootOf, SignerUnderTest } from './support/signer-under-test.ts'

function order(deed: Deed, fromSlot = 0, untilSlot = 100) {
  return { deed, validatorIndices: [1, 2], fromSlot, untilSlot }
}

describe('a signer', () => {
  test('refuses everything to those that are offline, for as long as they are', async () => {
    const signer = new SignerUnderTest()
    signer.time.nowMs = 5_000
    signer.orders.set('one', order({ kind: 'offline' }, 5, 8))
    expect(await signer.vote(5)).toBe(false)
    expect(await signer.block(5)).toBe(false)
    expect(await signer.other()).toBe(false)
    expect(await signer.vote(5, { validator: 3 })).toBe(true)
    expect([await signer.vote(4), await signer.vote(8)]).toEqual([true, true])
    signer.orders.set('one', undefined)
    expect(await signer.vote(5)).toBe(true)
  })

  test.each(['empty-slot', 'withheld-block'] as const)(
    '%s: refuses blocks and nothing else',
    async (kind) => {
      const signer = new SignerUnderTest()
      signer.orders.set('one', order({ kind }))
      expect([await signer.block(5), await signer.vote(5), await signer.other()]).toEqual([false, true, true])
      expect(signer.submissions).toEqual([])
    },
  )

  test('does what it was told last', async () => {
    const signer = new SignerUnderTest()
    signer.orders.set('one', order({ kind: 'offline' }))
    signer.orders.set('two', order({ kind: 'empty-slot' }))
    expect([await signer.vote(5), await signer.block(5)]).toEqual([true, false])
  })

  test.each<Deed>([{ kind: 'wrong-head' }, { kind: 'equivocating-block' }, { kind: 'late-block', byMs: 5 }])(
    'makes no messages of the time before Electra: %j',
    (deed) => {
      const signer = new SignerUnderTest({ forks: { deneb: 0, electra: 2 } })
      expect(() => signer.orders.set('one', order(deed))).toThrow(FaultError)
      signer.orders.set('two', order({ kind: 'offline' }))
    },
  )
})

describe('a vote for a wrong head', () => {
  test('goes out at the own node in place of the client’s', async () => {
    const signer = new SignerUnderTest({ forks: { electra: 0, fulu: 1 }, missed: [10] })
    signer.orders.set('one', order({ kind: 'wrong-head', slotsBack: 1 }))
    expect(await signer.vote(11)).toBe(false)
    const [submission] = signer.submissions
    expect(submission).toMatchObject({
      node: 'own',
      path: '/eth/v2/beacon/pool/attestations',
      version: 'fulu',
      body: [{ committee_index: '3', attester_index: '1', signature: 'vote 09' }],
    })
    expect(submission?.body).toMatchObject([
      { data: { beacon_block_root: rootOf(9), target: { epoch: '1', root: rootOf(8) } } },
    ])
    expect(signer.submissions).toHaveLength(1)
  })

  test('has the old block as its target too, when that is older than the epoch', async () => {
    const signer = new SignerUnderTest()
    signer.orders.set('one', order({ kind: 'wrong-head', slotsBack: 4 }))
    await signer.vote(10)
    expect(signer.submissions[0]).toMatchObject({
      version: 'electra',
      body: [{ data: { beacon_block_root: rootOf(6), target: { epoch: '1', root: rootOf(6) } } }],
    })
  })

  test('is none where there is no older block', async () => {
    const signer = new SignerUnderTest()
    signer.orders.set('one', order({ kind: 'wrong-head', slotsBack: 5 }))
    expect(await signer.vote(3)).toBe(false)
    expect(signer.submissions).toEqual([])
  })
})

describe('a double vote', () => {
  test('is a second one elsewhere, beside the client’s', async () => {
    const signer = new SignerUnderTest()
    signer.orders.set('one', order({ kind: 'double-vote' }))
    expect(await signer.vote(11)).toBe(true)
    expect(signer.submissions).toMatchObject([
      { node: 'other', body: [{ data: { slot: '11', beacon_block_root: rootOf(10) } }] },
    ])
  })

  test('is for the block before, also when its own slot is empty', async () => {
    const signer = new SignerUnderTest({ missed: [11] })
    signer.orders.set('one', order({ kind: 'double-vote' }))
    await signer.vote(11)
    expect(signer.submissions).toMatchObject([{ body: [{ data: { beacon_block_root: rootOf(9) } }] }])
  })

  test('is reported with the client’s vote at all nodes', async () => {
    const signer = new SignerUnderTest()
    signer.orders.set('one', order({ kind: 'double-vote', isReported: true }))
    await signer.vote(11)
    const path = '/eth/v2/beacon/pool/attester_slashings'
    const attesting_indices = ['1']
    const body = {
      attestation_1: { attesting_indices, signature: 'vote 0b' },
      attestation_2: { attesting_indices, signature: 'vote 0a' },
    }
    expect(signer.submissions.slice(1)).toMatchObject([
      { node: 'own', path, body },
      { node: 'other', path, body },
    ])
  })
})

describe('a surround vote', () => {
  test('comes every second time, from an older source, and is reported with the vote that it surrounds', async () => {
    const signer = new SignerUnderTest({ missed: [8] })
    signer.orders.set('one', order({ kind: 'surround-vote', isReported: true }))
    expect(await signer.vote(25, { sourceEpoch: 2 })).toBe(true)
    expect(await signer.vote(33, { sourceEpoch: 3 })).toBe(false)
    const data = { source: { epoch: '1', root: rootOf(7) }, target: { epoch: '4' } }
    const surrounded = { source: { epoch: '2' }, target: { epoch: '3' } }
    expect(signer.submissions).toMatchObject([
      { node: 'own', body: [{ data }] },
      { node: 'own', body: { attestation_1: { data }, attestation_2: { data: surrounded } } },
      { node: 'other', body: { attestation_1: { data }, attestation_2: { data: surrounded } } },
    ])
    expect(await signer.vote(41, { sourceEpoch: 4 })).toBe(true)
  })

  test('cannot be from before genesis', async () => {
    const signer = new SignerUnderTest()
    signer.orders.set('one', order({ kind: 'surround-vote' }))
    for (const slot of [9, 17, 25]) expect(await signer.vote(slot, { sourceEpoch: 0 })).toBe(true)
    expect(signer.submissions).toEqual([])
  })
})
