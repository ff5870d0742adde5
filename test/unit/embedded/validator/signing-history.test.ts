import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AttestationSigning,
  type BlockSigning,
  SigningHistory,
  signingsMax,
} from '../../../../src/embedded/validator/slashing-protection/signing-history.ts'
import {
  attestationArbitrary,
  blockArbitrary,
  honestAttestations,
  isSlashablePair,
  root,
} from './messages.ts'

/** Signs what it may, in this order. */
function signBlocks(history: SigningHistory, blocks: readonly BlockSigning[]): BlockSigning[] {
  return blocks.filter((block) => {
    const { verdict } = history.judgeBlock(block)
    if (verdict !== 'refused') history.addBlock(block)
    return verdict !== 'refused'
  })
}

function signAttestations(
  history: SigningHistory,
  attestations: readonly AttestationSigning[],
): AttestationSigning[] {
  return attestations.filter((attestation) => {
    const { verdict } = history.judgeAttestation(attestation)
    if (verdict !== 'refused') history.addAttestation(attestation)
    return verdict !== 'refused'
  })
}

function attestation(sourceEpoch: number, targetEpoch: number, rootIndex = 0): AttestationSigning {
  return { sourceEpoch, targetEpoch, signingRoot: root(rootIndex) }
}

describe('blocks', () => {
  test('no two different ones of a slot are ever signed, however many there are', () => {
    const property = fc.property(fc.array(blockArbitrary, { maxLength: 200 }), (blocks) => {
      const signed = signBlocks(new SigningHistory(), blocks)
      const rootsBySlot = new Map(signed.map(({ slot, signingRoot }) => [slot, signingRoot]))
      for (const { slot, signingRoot } of signed) expect(rootsBySlot.get(slot)).toBe(signingRoot)
    })
    fc.assert(property)
  })

  test('is refused only for another block of its slot, or because it is not later than the oldest', () => {
    const property = fc.property(
      fc.array(blockArbitrary, { maxLength: signingsMax, minLength: 1 }),
      blockArbitrary,
      (blocks, next) => {
        const history = new SigningHistory()
        const signed = signBlocks(history, blocks)
        const sameSlot = signed.filter(({ slot }) => slot === next.slot)
        const isDouble = sameSlot.some(({ signingRoot }) => signingRoot !== next.signingRoot)
        const isOld = next.slot <= Math.min(...signed.map(({ slot }) => slot))
        const expected = isDouble
          ? 'double-proposal'
          : sameSlot.length > 0
            ? 'repeat'
            : isOld
              ? 'block-too-old'
              : 'new'
        expect(outcome(history.judgeBlock(next))).toBe(expected)
      },
    )
    fc.assert(property)
  })

  test('one without a root is like no other of its slot', () => {
    const history = new SigningHistory()
    history.addBlock({ slot: 5, signingRoot: null })
    expect(outcome(history.judgeBlock({ slot: 5, signingRoot: root(1) }))).toBe('double-proposal')
    expect(outcome(history.judgeBlock({ slot: 5, signingRoot: null }))).toBe('double-proposal')
  })
})

describe('attestations', () => {
  test('no two that are slashable together are ever signed, however many there are', () => {
    const property = fc.property(fc.array(attestationArbitrary, { maxLength: 200 }), (attestations) => {
      const signed = signAttestations(new SigningHistory(), attestations)
      for (const [index, one] of signed.entries()) {
        for (const other of signed.slice(0, index)) expect(isSlashablePair(one, other)).toBe(false)
      }
    })
    fc.assert(property)
  })

  test('an honest validator is never refused', () => {
    const property = fc.property(honestAttestations, (attestations) => {
      expect(signAttestations(new SigningHistory(), attestations)).toEqual(attestations)
    })
    fc.assert(property)
  })

  test('is refused only when it is slashable, or older than the oldest that was signed', () => {
    const property = fc.property(
      fc.array(attestationArbitrary, { maxLength: signingsMax, minLength: 1 }),
      attestationArbitrary.filter(({ sourceEpoch, targetEpoch }) => sourceEpoch <= targetEpoch),
      (attestations, next) => {
        const history = new SigningHistory()
        const signed = signAttestations(history, attestations)
        fc.pre(signed.length > 0)
        // The first sets the oldest target and source.
        const [first] = signed
        const isSlashable = signed.some((earlier) => isSlashablePair(earlier, next))
        const isRepeat = signed.some(({ targetEpoch }) => targetEpoch === next.targetEpoch)
        const isOld =
          next.sourceEpoch < (first?.sourceEpoch ?? 0) ||
          (!isRepeat && next.targetEpoch <= (first?.targetEpoch ?? 0))
        expect(history.judgeAttestation(next).verdict === 'refused').toBe(isSlashable || isOld)
      },
    )
    fc.assert(property)
  })

  test.each([
    ['double-vote', attestation(3, 5, 1)],
    ['double-vote', attestation(2, 5)],
    ['surrounding-vote', attestation(2, 6)],
    ['surrounded-vote', attestation(4, 4)],
    ['source-too-old', attestation(1, 2)],
    ['target-too-old', attestation(2, 2)],
    ['source-after-target', attestation(7, 6)],
    ['repeat', attestation(3, 5)],
    ['new', attestation(3, 6)],
  ])('%s', (expected, next) => {
    const history = new SigningHistory()
    history.addAttestation(attestation(2, 3))
    history.addAttestation(attestation(3, 5))
    expect(outcome(history.judgeAttestation(next))).toBe(expected)
  })
})

test('of all that is signed only so much is remembered', () => {
  const history = new SigningHistory()
  for (let epoch = 1; epoch <= 10 * signingsMax; epoch++) {
    history.addBlock({ slot: epoch, signingRoot: root(epoch) })
    history.addAttestation(attestation(epoch - 1, epoch))
  }
  expect(history.blocks).toHaveLength(signingsMax)
  expect(history.attestations).toHaveLength(signingsMax)
  expect(history.watermark).toEqual({
    slot: 9 * signingsMax,
    sourceEpoch: 9 * signingsMax - 1,
    targetEpoch: 9 * signingsMax,
  })
})

function outcome(judgement: ReturnType<SigningHistory['judgeBlock']>): string {
  return judgement.verdict === 'refused' ? judgement.rule : judgement.verdict
}
