import { afterEach, describe, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { FakeBeaconNode as FakeBeaconNodeType } from './support/fake-beacon-node.ts'

/** Slots of 1 s, 8 an epoch, 8 epochs a sync committee period; Electra from the start. */
const manifest = testManifest({ forks: { electra: 0 } })
activatePreset(manifest.chain)
const { FakeBeaconNode } = await import('./support/fake-beacon-node.ts')
const { PublishError } = await import('../../../../src/embedded/production/publisher.ts')
const { SlashableMessageError } = await import(
  '../../../../src/embedded/validator/slashing-protection/errors.ts'
)

/** Validators 0 and 1 attest in slot 1, first and second of four; 0 proposes it and sits in subcommittee 0. */
const duties = {
  attesters: [
    { validatorIndex: 0, slot: 1, committeeIndex: 0, validatorCommitteeIndex: 0 },
    { validatorIndex: 1, slot: 1, committeeIndex: 1, validatorCommitteeIndex: 1 },
  ],
  proposers: { 1: 0, 2: 55 },
  syncMembers: [{ validatorIndex: 0, validatorSyncCommitteeIndices: [7, 3] }],
}

let node: FakeBeaconNodeType

afterEach(() => expect(node.defects).toEqual([]))

function started(
  parameters: Omit<ConstructorParameters<typeof FakeBeaconNode>[0], 'manifest' | 'duties'> = {},
) {
  node = new FakeBeaconNode({ manifest, duties, ...parameters })
  node.client.start()
  return node
}

/** Only what is sent, without what is asked; that of one moment in alphabetical order. */
function sent(log: readonly string[]): string[] {
  const lines = log.filter((line) =>
    /\d (block|attestations|aggregate|sync messages|contribution)/.test(line),
  )
  return lines.toSorted((a, b) => timeOf(a) - timeOf(b) || a.localeCompare(b))
}

describe('duties come at their time in the slot', () => {
  test('block at its start, votes at a third, aggregates in turns from two thirds on', async () => {
    started()
    const early = await node.runTo(999)
    expect(early).toContain('-10 prepare 3')
    // Its better seat in slot 0 is the fourth of eight: at the root of 3/8 of the turns.
    expect(sent(early)).toEqual(['333 sync messages of 0', '727 contribution 0 of 0'])
    expect(sent(await node.runTo(1999))).toEqual([
      '1000 block 1',
      '1333 attestations of 0, 1',
      '1333 sync messages of 0',
      '1666 aggregate of 0',
      // In slot 1 its other seat is the first.
      '1666 contribution 0 of 0',
      // Second of four: at the root of 1/4 of the turns, which last a tenth of the slot.
      '1716 aggregate of 1',
    ])
    expect(node.failures).toEqual([])
  })

  test.each([
    [1100, 1150],
    [1112, 1150],
    [1125, 1150],
    [1126, 1200],
  ])('votes for a block that is the head at %i come early, at the next common moment', async (at, moment) => {
    started()
    await node.runTo(at)
    node.emitHead(1)
    node.emitHead(1)
    const log = sent(await node.runTo(1600))
    expect(log).toEqual([`${moment} attestations of 0, 1`, `${moment} sync messages of 0`])
  })

  test('votes do not come later for a block that has become the head just before their time', async () => {
    started()
    await node.runTo(1320)
    node.emitHead(1)
    expect(sent(await node.runTo(1600))).toEqual(['1333 attestations of 0, 1', '1333 sync messages of 0'])
  })

  test('a block of another slot does not make votes early', async () => {
    started()
    await node.runTo(1100)
    node.emitHead(0)
    expect(sent(await node.runTo(1332))).toEqual([])
  })

  test('votes are never early when told so', async () => {
    started({ client: { votesEarly: false } })
    await node.runTo(1100)
    node.emitHead(1)
    expect(sent(await node.runTo(1332))).toEqual([])
  })

  test('the members of a sync committee begin one slot before its period', async () => {
    started({ startMs: 62_500 })
    expect(await node.runTo(63_999)).toContain('63333 sync duties at epoch 8')
  })
})

test('before Electra each committee signs data of its own, whatever the library remembers of the shared', async () => {
  const { ssz } = await import('@lodestar/types')
  const { AttestationData } = ssz.phase0
  const shared = { ...AttestationData.defaultValue(), slot: 1 }
  AttestationData.hashTreeRoot(shared)
  const signed: { index: number; root: Uint8Array }[] = []
  node = new FakeBeaconNode({
    manifest: testManifest({ forks: { deneb: 0 } }),
    duties,
    api: { attestationData: () => shared },
    signer: {
      signAttestation: (_, data) => {
        signed.push({ index: data.index, root: AttestationData.hashTreeRoot(data) })
        return { signed: [], refused: [] }
      },
    },
  })
  node.client.start()
  await node.runTo(1400)
  const expected = [0, 1].map((index) => ({
    index,
    root: AttestationData.hashTreeRoot({ ...AttestationData.defaultValue(), slot: 1, index }),
  }))
  expect(signed).toEqual(expected)
})

describe('duties are asked for again only when they may have changed', () => {
  const asked = (log: readonly string[]) => log.filter((line) => line.includes('proposer duties'))

  test('once an epoch', async () => {
    started()
    for (let slot = 0; slot < 16; slot++) {
      node.emitHead(slot)
      await node.runTo(1000 * slot + 500)
    }
    expect(asked(await node.runTo(15_999))).toEqual([])
  })

  test.each([
    ['in a re-org', () => node.emitHead(9, { isReorg: true })],
    ['when a block of the epoch before comes late', () => node.emitHead(7)],
  ])('%s', async (_, emit) => {
    started()
    expect(asked(await node.runTo(9500))).toHaveLength(2)
    emit()
    expect(asked(await node.runTo(10_500))).toEqual(['10000 proposer duties of epoch 1'])
  })
})

describe('nothing is sent that nobody needs', () => {
  test('no aggregate when a received one has all votes', async () => {
    started({
      api: { isAggregated: (_, __, committeeIndex) => committeeIndex === 0, isSyncAggregated: () => true },
    })
    await node.runTo(999)
    expect(sent(await node.runTo(1999)).slice(3)).toEqual(['1716 aggregate of 1'])
    expect(node.client.counts.aggregate).toEqual({ done: 1, spared: 1, failed: 0 })
    expect(node.client.counts.contribution).toEqual({ done: 0, spared: 2, failed: 0 })
  })

  test('no block in slot 0, nor when it would come after the votes', async () => {
    started({ startMs: 900 })
    node.nodeClock.pause()
    await node.runTo(1400)
    node.nodeClock.resume()
    await node.runTo(1500)
    expect(node.failures.map(({ duty, slot }) => `${duty} ${slot}`)).toEqual(['proposal 1'])
  })
})

describe('a duty that fails is reported, and the others go on', () => {
  test('when the node cannot tell what to vote for', async () => {
    const error = new Error('not synced')
    started({
      api: {
        attestationData: () => {
          throw error
        },
      },
    })
    await node.runTo(999)
    expect(sent(await node.runTo(1999))).toEqual([
      '1000 block 1',
      '1333 sync messages of 0',
      '1666 contribution 0 of 0',
    ])
    expect(node.failures).toEqual([{ duty: 'attestation', slot: 1, validatorIndices: [0, 1], error }])
    expect(node.client.counts.attestation).toEqual({ done: 0, spared: 0, failed: 2 })
  })

  test('when gossip does not let one of several through', async () => {
    const error = new PublishError('it', [{ index: 1, verdict: 'reject', reason: 'no' }])
    started({ api: { submitAttestations: () => Promise.reject(error) } })
    await node.runTo(1999)
    expect(node.failures).toEqual([{ duty: 'attestation', slot: 1, validatorIndices: [1], error }])
    expect(node.client.counts.attestation).toEqual({ done: 1, spared: 0, failed: 1 })
  })

  test('when slashing protection refuses one of several', async () => {
    const error = new SlashableMessageError({ rule: 'double-vote', publicKey: '0x', message: 'it' })
    started({
      signer: {
        signAttestation: (validatorIndices) => ({
          signed: validatorIndices
            .slice(1)
            .map((validatorIndex) => ({ validatorIndex, signature: new Uint8Array(96) })),
          refused: validatorIndices.slice(0, 1).map((validatorIndex) => ({ validatorIndex, error })),
        }),
      },
    })
    expect(sent(await node.runTo(1400))).toContain('1333 attestations of 1')
    expect(node.failures).toEqual([{ duty: 'attestation', slot: 1, validatorIndices: [0], error }])
  })

  test('when the duties are not known, until they are', async () => {
    let isReady = false
    const { api } = new FakeBeaconNode({ manifest, duties })
    started({
      api: {
        attesterDuties: (...parameters) => {
          if (!isReady) throw new Error('not synced')
          return api.attesterDuties(...parameters)
        },
      },
    })
    expect(sent(await node.runTo(999)).map(withoutTime)).toEqual([
      'sync messages of 0',
      'contribution 0 of 0',
    ])
    expect(node.failures.map(({ duty }) => duty)).toEqual(['schedule'])
    isReady = true
    expect(sent(await node.runTo(1400))).toContain('1333 attestations of 0, 1')
  })
})

describe('pauses and stops', () => {
  test('a block that is made while it is stopped is not signed', async () => {
    const { api } = new FakeBeaconNode({ manifest, duties })
    started({
      api: {
        produceBlock: (request) => {
          node.client.stop()
          return api.produceBlock(request)
        },
      },
    })
    expect(sent(await node.runTo(1999)).filter((line) => line.includes('block'))).toEqual([])
    expect(node.failures).toEqual([])
  })

  test('after a pause of several slots it goes on with the present one, and says so', async () => {
    started()
    await node.runTo(900)
    node.nodeClock.pause()
    await node.runTo(3100)
    node.nodeClock.resume()
    const log = sent(await node.runTo(3999))
    expect(log.every((line) => timeOf(line) >= 3100)).toBe(true)
    expect(node.failures.map(({ duty, slot }) => `${duty} ${slot}`)).toEqual(['schedule 1'])
  })

  test('a vote that falls due in a pause is not made up for', async () => {
    started()
    await node.runTo(1200)
    node.nodeClock.pause()
    await node.runTo(2100)
    node.nodeClock.resume()
    expect(sent(await node.runTo(2200))).toEqual([])
    expect(node.failures.map(({ duty, slot }) => `${duty} ${slot}`)).toEqual(
      expect.arrayContaining(['attestation 1', 'sync-message 1']),
    )
  })

  test('nothing is done once it is stopped, and all again once it is started', async () => {
    started()
    await node.runTo(1100)
    node.client.stop()
    node.emitHead(1)
    expect(await node.runTo(9500)).toEqual([])
    node.client.start()
    node.client.start()
    expect(await node.runTo(10_000)).toContain('9500 prepare 3')
    expect(sent(await node.runTo(10_400)).map(withoutTime)).toEqual(['sync messages of 0'])
  })
})

function timeOf(line: string): number {
  return Number.parseInt(line, 10)
}

function withoutTime(line: string): string {
  return line.replace(/^-?\d+ /, '')
}
