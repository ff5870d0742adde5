import { aggregateSerializedSignatures, SecretKey } from '@chainsafe/blst'
import type { ISignatureSet } from '@lodestar/state-transition'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'

activatePreset(testManifest().chain)
const { createPubkeyCache, SignatureSetType } = await import('@lodestar/state-transition')
const { SignatureVerifier } = await import('../../../../src/embedded/protocol/signature-verifier.ts')

const keys = Array.from({ length: 24 }, (_, index) =>
  SecretKey.fromKeygen(new Uint8Array(32).fill(index + 1)),
)
const pubkeys = createPubkeyCache()
for (const [index, key] of keys.entries()) pubkeys.set(index, key.toPublicKey().toBytes())

const newVerifier = () => new SignatureVerifier(pubkeys)
const messageOf = (number: number) => new Uint8Array(32).fill(number)

function sign(index: number, message: Uint8Array): Uint8Array {
  const key = keys[index]
  if (key === undefined) throw new RangeError(`There is no key ${index}.`)
  return key.sign(message).toBytes()
}

/** A set of one signer, who signed `signed` where `message` is asked for. */
function single(index: number, message: number, signed = message): ISignatureSet {
  return {
    type: SignatureSetType.indexed,
    index,
    signingRoot: messageOf(message),
    signature: sign(index, messageOf(signed)),
  }
}

test('what is valid is valid, alone and among others, and so is a list of nothing', async () => {
  const verifier = newVerifier()
  expect(verifier.verifyNow([single(0, 1)])).toBe(true)
  expect(verifier.verifyNow([single(0, 2), single(1, 2), single(2, 3)])).toBe(true)
  expect(verifier.verifyNow([])).toBe(true)
  expect(await verifier.verify([])).toBe(true)
})

test('everyone gets the verdict on their own, whoever else is wrong', async () => {
  const scenario = fc.array(
    fc.record({ index: fc.nat(7), message: fc.nat(3), isHonest: fc.boolean(), isMalformed: fc.boolean() }),
    { minLength: 1, maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(scenario, async (signers) => {
      const verifier = newVerifier()
      const verdicts = signers.map(({ index, message, isHonest, isMalformed }) => {
        const set = single(index, message, isHonest ? message : message + 10)
        return verifier.verify([isMalformed ? { ...set, signature: messageOf(9) } : set])
      })
      expect(await Promise.all(verdicts)).toEqual(
        signers.map(({ isHonest, isMalformed }) => isHonest && !isMalformed),
      )
    }),
    { numRuns: 20 },
  )
})

test('a list is valid only as a whole', async () => {
  const verifier = newVerifier()
  const lists = [[single(0, 1), single(1, 1)], [single(0, 1), single(1, 1, 2)], [single(3, 1)]]
  expect(await Promise.all(lists.map((list) => verifier.verify(list)))).toEqual([true, false, true])
})

test('two who swap their signatures are both wrong, though the sum is right', () => {
  const [one, two] = [single(0, 1), single(1, 1)]
  const swapped = [
    { ...one, signature: two.signature },
    { ...two, signature: one.signature },
  ]
  expect(newVerifier().verifyNow(swapped)).toBe(false)
})

/** Everybody's verdict on one message that all 24 sign, of which these signatures are put in place of others. */
async function verdictsOf(replaced: ReadonlyMap<number, Uint8Array>): Promise<boolean[]> {
  const verifier = newVerifier()
  const sets = keys.map((_, index) => {
    const set = single(index, 1)
    return { ...set, signature: replaced.get(index) ?? set.signature }
  })
  return Promise.all(sets.map((set) => verifier.verify([set])))
}

test('of many signatures of one message, those that are wrong are found', async () => {
  expect(await verdictsOf(new Map())).toEqual(keys.map(() => true))
  const swap = (a: number, b: number) => new Map([[a, single(b, 1).signature], [b, single(a, 1).signature]]) // biome-ignore format: two pairs
  for (const [a, b] of [
    [0, 7],
    [3, 20],
    [22, 23],
  ] as const) {
    // biome-ignore format: three pairs
    expect(await verdictsOf(swap(a, b))).toEqual(keys.map((_, index) => index !== a && index !== b))
  }
  const malformed = new Map([[5, new Uint8Array(96)], [23, new Uint8Array(1)]]) // biome-ignore format: two pairs
  expect(await verdictsOf(malformed)).toEqual(keys.map((_, index) => index !== 5 && index !== 23))
})

test('the sum of verified signatures is valid, and nothing else in its place', async () => {
  const verifier = newVerifier()
  const indices = [0, 1, 2]
  const parts = indices.map((index) => single(index, 1))
  expect(await Promise.all(parts.map((part) => verifier.verify([part])))).toEqual([true, true, true])
  const sum = (some: readonly ISignatureSet[]) =>
    aggregateSerializedSignatures(some.map(({ signature }) => signature)).toBytes()
  const aggregate = (signature: Uint8Array, signers = indices): ISignatureSet => ({
    type: SignatureSetType.aggregate,
    indices: signers,
    signingRoot: messageOf(1),
    signature,
  })
  expect(verifier.verifyNow([aggregate(sum(parts))])).toBe(true)
  expect(verifier.verifyNow([aggregate(sum(parts.slice(1)))])).toBe(false)
  expect(verifier.verifyNow([aggregate(sum(parts), [0, 1])])).toBe(false)
  expect(verifier.verifyNow([aggregate(sum([...parts, single(4, 1)]), [0, 1, 2, 4])])).toBe(true)
  expect(verifier.verifyNow([aggregate(new Uint8Array(96))])).toBe(false)
})

test.each([
  ['no bytes', new Uint8Array(0)],
  ['zeroes', new Uint8Array(96)],
  ['the point at infinity', Uint8Array.of(0xc0, ...new Uint8Array(95))],
  ['a point out of the group', Uint8Array.of(0x80, ...new Uint8Array(94), 8)],
  ['too many bytes', new Uint8Array(97)],
])('%s is no signature, of one or of several', (_, signature) => {
  const verifier = newVerifier()
  expect(verifier.verifyNow([{ ...single(0, 1), signature }])).toBe(false)
  expect(verifier.verifyNow([single(1, 1), { ...single(0, 1), signature }])).toBe(false)
  expect(verifier.verifyNow([single(1, 1)])).toBe(true)
})

test('a signer who is not known has signed nothing', () => {
  const set = single(0, 1)
  expect(
    newVerifier().verifyNow([{ ...set, type: SignatureSetType.indexed, index: 99 } as ISignatureSet]),
  ).toBe(false)
})

test('what was verified is remembered by all that is in it', () => {
  const verifier = newVerifier()
  const set = single(0, 1)
  expect(verifier.verifyNow([set])).toBe(true)
  expect(verifier.verifyNow([{ ...set, index: 1 } as ISignatureSet])).toBe(false)
  expect(verifier.verifyNow([{ ...set, signingRoot: messageOf(2) }])).toBe(false)
  expect(verifier.verifyNow([{ ...set, signature: single(0, 2).signature }])).toBe(false)
  expect(verifier.verifyNow([set])).toBe(true)
})

test('of a list that failed, what was right is not held against anybody', () => {
  const verifier = newVerifier()
  expect(verifier.verifyNow([single(0, 1), single(1, 1, 2)])).toBe(false)
  expect(verifier.verifyNow([single(0, 1)])).toBe(true)
  expect(verifier.verifyNow([single(1, 1, 2)])).toBe(false)
})
