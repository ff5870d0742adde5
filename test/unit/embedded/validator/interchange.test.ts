import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InterchangeError } from '../../../../src/embedded/validator/slashing-protection/errors.ts'
import { MemoryProtectionStore } from '../../../../src/embedded/validator/slashing-protection/protection-store.ts'
import type {
  AttestationSigning,
  BlockSigning,
} from '../../../../src/embedded/validator/slashing-protection/signing-history.ts'
import { SlashingProtection } from '../../../../src/embedded/validator/slashing-protection/slashing-protection.ts'
import { differencesOf } from './interchange-case.ts'
import { interchangeCases } from './interchange-cases.ts'
import {
  attestationArbitrary,
  blockArbitrary,
  chainRoot,
  isSlashablePair,
  publicKey,
  root,
} from './messages.ts'

function openProtection(): SlashingProtection {
  return new SlashingProtection({ store: new MemoryProtectionStore(), genesisValidatorsRoot: chainRoot })
}

function interchange(data: unknown, metadata: object = {}): unknown {
  const defaults = { interchange_format_version: '5', genesis_validators_root: chainRoot }
  return { metadata: { ...defaults, ...metadata }, data }
}

/** Signs what it may, for one key. */
function sign(
  protection: SlashingProtection,
  blocks: readonly BlockSigning[],
  attestations: readonly AttestationSigning[],
) {
  const key = publicKey(1)
  return {
    blocks: blocks.filter((block) => {
      try {
        protection.recordBlock(key, block)
        return true
      } catch {
        return false
      }
    }),
    attestations: attestations.filter((signing) => !protection.recordAttestation([key], signing).has(key)),
  }
}

test.each(interchangeCases)('$name', (example) => {
  expect(differencesOf(example)).toEqual([])
})

const history = fc.tuple(
  fc.array(blockArbitrary, { maxLength: 60 }),
  fc.array(attestationArbitrary, { maxLength: 60 }),
)

describe('moving keys', () => {
  test('the next client signs nothing that is slashable with what the last one signed', () => {
    const property = fc.property(history, history, (before, after) => {
      const last = openProtection()
      const signedBefore = sign(last, ...before)
      const next = openProtection()
      next.importInterchange(JSON.parse(JSON.stringify(last.exportInterchange())))
      const signedAfter = sign(next, ...after)
      for (const one of signedBefore.attestations) {
        for (const other of signedAfter.attestations) expect(isSlashablePair(one, other)).toBe(false)
      }
      for (const { slot, signingRoot } of signedBefore.blocks) {
        const same = signedAfter.blocks.filter((block) => block.slot === slot)
        expect(same.every((block) => block.signingRoot === signingRoot)).toBe(true)
      }
    })
    fc.assert(property)
  })

  test('two imports refuse whatever either of them refuses', () => {
    const property = fc.property(history, history, attestationArbitrary, (a, b, next) => {
      const exports = [a, b].map((messages) => {
        const protection = openProtection()
        sign(protection, ...messages)
        return protection.exportInterchange()
      })
      const refuses = (files: readonly unknown[]) => {
        const protection = openProtection()
        for (const file of files) protection.importInterchange(file)
        return protection.recordAttestation([publicKey(1)], next).size > 0
      }
      if (exports.some((file) => refuses([file]))) {
        expect(refuses(exports)).toBe(true)
        expect(refuses(exports.toReversed())).toBe(true)
      }
    })
    fc.assert(property)
  })

  test('nothing is signed in the gap between two histories', () => {
    const protection = openProtection()
    protection.recordBlock(publicKey(1), { slot: 10, signingRoot: root(1) })
    const signed_blocks = [{ slot: '90' }]
    protection.importInterchange(
      interchange([{ pubkey: publicKey(1), signed_blocks, signed_attestations: [] }]),
    )
    expect(() => protection.recordBlock(publicKey(1), { slot: 50, signingRoot: root(2) })).toThrow(
      'block-too-old',
    )
    protection.recordBlock(publicKey(1), { slot: 91, signingRoot: root(3) })
  })
})

describe('what is not an interchange file of this chain', () => {
  const block = { slot: '1' }
  const entry = { pubkey: publicKey(1), signed_blocks: [block], signed_attestations: [] }
  test.each([
    ['nothing', undefined, 'the file'],
    ['a list', [], 'the file'],
    ['another version', interchange([], { interchange_format_version: '4' }), 'interchange_format_version'],
    ['another chain', interchange([], { genesis_validators_root: root(9) }), 'belongs to the chain'],
    ['a key that is too short', interchange([{ ...entry, pubkey: '0x01' }]), 'data.0.pubkey'],
    ['a number', interchange([{ ...entry, signed_blocks: [{ slot: 1 }] }]), 'slot'],
    ['a negative number', interchange([{ ...entry, signed_blocks: [{ slot: '-1' }] }]), 'slot'],
    [
      'a number beyond 2^53',
      interchange([{ ...entry, signed_blocks: [{ slot: '9007199254740993' }] }]),
      'slot',
    ],
    ['no target', interchange([{ ...entry, signed_attestations: [{ source_epoch: '1' }] }]), 'target_epoch'],
    ['too many keys', interchange(new Array(65_537).fill(entry)), 'data'],
  ])('%s is refused, and changes nothing', (_, file, problem) => {
    const protection = openProtection()
    expect(() => protection.importInterchange(file)).toThrow(InterchangeError)
    expect(() => protection.importInterchange(file)).toThrow(problem)
    expect(protection.exportInterchange().data).toEqual([])
  })

  test('any JSON is refused or imported, with a typed error', () => {
    const property = fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.jsonValue().map((data) => interchange(data)),
      ),
      (json) => {
        try {
          openProtection().importInterchange(json)
        } catch (error) {
          expect(error).toBeInstanceOf(InterchangeError)
        }
      },
    )
    fc.assert(property)
  })
})
