import { MemoryProtectionStore } from '../../../../src/embedded/validator/slashing-protection/protection-store.ts'
import { SlashingProtection } from '../../../../src/embedded/validator/slashing-protection/slashing-protection.ts'

/** A message that a validator is asked to sign, with the answer of a client that keeps a complete record. */
interface Attempt {
  readonly pubkey: string
  readonly signing_root?: string
  readonly should_succeed: boolean
  readonly should_succeed_complete?: boolean
}

/** A case in the layout of the interchange tests that clients share (`slashing-protection-interchange-tests`). */
export interface InterchangeCase {
  readonly name: string
  readonly genesis_validators_root: string
  readonly steps: readonly {
    readonly should_succeed: boolean
    readonly interchange: unknown
    readonly blocks: readonly (Attempt & { readonly slot: string })[]
    readonly attestations: readonly (Attempt & {
      readonly source_epoch: string
      readonly target_epoch: string
    })[]
  }[]
}

/** Runs a case and returns each answer that differs from the expected one. */
export function differencesOf(example: InterchangeCase): string[] {
  const protection = new SlashingProtection({
    store: new MemoryProtectionStore(),
    genesisValidatorsRoot: example.genesis_validators_root,
  })
  const differences: string[] = []
  const expect = (what: string, attempt: Omit<Attempt, 'pubkey'>, sign: () => boolean) => {
    const expected = attempt.should_succeed_complete ?? attempt.should_succeed
    if (sign() !== expected) differences.push(`${what}: should ${expected ? 'succeed' : 'fail'}`)
  }
  for (const [index, step] of example.steps.entries()) {
    expect(`step ${index}: import`, step, () =>
      didNotThrow(() => protection.importInterchange(step.interchange)),
    )
    for (const block of step.blocks) {
      expect(`step ${index}: block at slot ${block.slot}`, block, () =>
        didNotThrow(() =>
          protection.recordBlock(block.pubkey, {
            slot: Number(block.slot),
            signingRoot: block.signing_root ?? null,
          }),
        ),
      )
    }
    for (const attestation of step.attestations) {
      const { pubkey, source_epoch, target_epoch, signing_root = null } = attestation
      expect(`step ${index}: attestation ${source_epoch} -> ${target_epoch}`, attestation, () => {
        const refusals = protection.recordAttestation([pubkey], {
          sourceEpoch: Number(source_epoch),
          targetEpoch: Number(target_epoch),
          signingRoot: signing_root,
        })
        return refusals.size === 0
      })
    }
  }
  return differences
}

function didNotThrow(action: () => void): boolean {
  try {
    action()
    return true
  } catch {
    return false
  }
}
