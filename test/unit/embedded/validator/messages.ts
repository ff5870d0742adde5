import fc from 'fast-check'
import type {
  AttestationSigning,
  BlockSigning,
} from '../../../../src/embedded/validator/slashing-protection/signing-history.ts'

export const chainRoot = `0x${'04'.repeat(32)}`

export function publicKey(index: number): string {
  return `0x${index.toString(16).padStart(96, '0')}`
}

export function root(index: number): string {
  return `0x${index.toString(16).padStart(64, '0')}`
}

/** Few roots, so that the same message comes again now and then. */
export const blockArbitrary: fc.Arbitrary<BlockSigning> = fc.record({
  slot: fc.nat(60),
  signingRoot: fc.nat(2).map(root),
})

export const attestationArbitrary: fc.Arbitrary<AttestationSigning> = fc.record({
  sourceEpoch: fc.nat(60),
  targetEpoch: fc.nat(60),
  signingRoot: fc.nat(2).map(root),
})

/** What a validator that does its duties signs: later and later, the source never later than the target. */
export const honestAttestations: fc.Arbitrary<AttestationSigning[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(3)), { maxLength: 60 })
  .map((steps) => {
    let targetEpoch = 0
    let sourceEpoch = 0
    return steps.map(([step, lag]) => {
      targetEpoch += step
      sourceEpoch = Math.max(sourceEpoch, targetEpoch - 1 - lag)
      return { sourceEpoch, targetEpoch, signingRoot: root(targetEpoch) }
    })
  })

/** `is_slashable_attestation_data` (phase0/beacon-chain.md), either way round; the root stands for the data. */
export function isSlashablePair(a: AttestationSigning, b: AttestationSigning): boolean {
  const differs = a.sourceEpoch !== b.sourceEpoch || a.signingRoot !== b.signingRoot
  const surrounds = (outer: AttestationSigning, inner: AttestationSigning) =>
    outer.sourceEpoch < inner.sourceEpoch && inner.targetEpoch < outer.targetEpoch
  return (differs && a.targetEpoch === b.targetEpoch) || surrounds(a, b) || surrounds(b, a)
}
