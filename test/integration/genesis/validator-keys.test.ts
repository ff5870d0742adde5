import { SecretKey } from '@chainsafe/blst'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GenesisInputError } from '../../../src/genesis/errors.ts'
import { validatorPublicKey, validatorSecretKeys } from '../../../src/genesis/validator-keys.ts'
import type { ValidatorKeySource } from '../../../src/plan/manifest.ts'

const interop: ValidatorKeySource = { kind: 'interop' }

/** The mnemonic that most of the field's devnets use. */
const mnemonic: ValidatorKeySource = {
  kind: 'mnemonic',
  mnemonic:
    'giant issue aisle success illegal bike spike question tent bar rely arctic volcano long crawl ' +
    'hungry vocal artwork sniff fantasy very lucky have athlete',
}

/** eth2.0-pm `interop/mocked_start/keygen_10_validators.yaml`. */
const interopPublicKeys = [
  'a99a76ed7796f7be22d5b7e85deeb7c5677e88e511e0b337618f8c4eb61349b4bf2d153f649f7b53359fe8b94a38e44c',
  'b89bebc699769726a318c8e9971bd3171297c61aea4a6578a7a4f94b547dcba5bac16a89108b6b6a1fe3695d1a874a0b',
  'a3a32b0f8b4ddb83f1a0a853d81dd725dfe577d4f4c3db8ece52ce2b026eca84815c1a7e8e92a4de3d755733bf7e4a9b',
  '88c141df77cd9d8d7a71a75c826c41a9c9f03c6ee1b180f3e7852f6a280099ded351b58d66e653af8e42816a4d8f532e',
  '81283b7a20e1ca460ebd9bbd77005d557370cabb1f9a44f530c4c4c66230f675f8df8b4c2818851aa7d77a80ca5a4a5e',
  'ab0bdda0f85f842f431beaccf1250bf1fd7ba51b4100fd64364b6401fda85bb0069b3e715b58819684e7fc0b10a72a34',
  '9977f1c8b731a8d5558146bfb86caea26434f3c5878b589bf280a42c9159e700e9df0e4086296c20b011d2e78c27d373',
  'a8d4c7c27795a725961317ef5953a7032ed6d83739db8b0e8a72353d1b8b4439427f7efa2c89caa03cc9f28f8cbab8ac',
  'a6d310dbbfab9a22450f59993f87a4ce5db6223f3b5f1f30d2c4ec718922d400e0b3c7741de8e59960f72411a0ee10a7',
  '9893413c00283a3f9ed9fd9845dda1cea38228d22567f9541dccc357e54a2d6a6e204103c92564cbc05f4905ac7c493a',
]

describe('interop keys', () => {
  test('are those of the specification', () => {
    const keys = validatorSecretKeys(interop, 0, 10)
    expect(keys.map(validatorPublicKey).map(toHex)).toEqual(interopPublicKeys)
    expect(keys.slice(0, 2).map(toHex)).toEqual([
      '25295f0d1d592a90b333e26e85149708208e9f8e8bc18f6c77bd62f8ad7a6866',
      '51d0b65185db6989ab0b560d6deed19c7ead0e24b9b6372cbecb1f26bdfad000',
    ])
  })
})

describe('mnemonic keys', () => {
  test('are those that other tools derive', () => {
    const keys = validatorSecretKeys(mnemonic, 0, 2)
    expect(keys.slice(0, 1).map(toHex)).toEqual([
      '0dce41fa73ae9f6bdfd51df4d422d75eee174553dba5fd450c4437e4ed3fc903',
    ])
    expect(keys.map(validatorPublicKey).map(toHex)).toEqual([
      'aaf6c1251e73fb600624937760fef218aace5b253bf068ed45398aeb29d821e4d2899343ddcbbe37cb3f6cf500dff26c',
      '8aa5bbee21e98c7b9e7a4c8ea45aa99f89e22992fa4fc2d73869d77da4cc8a05b25b61931ff521986677dd7f7159e8e6',
    ])
  })

  // The test cases of EIP-2333, on the library function that the keys come from.
  test.each([
    {
      seed:
        'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553' +
        '1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04',
      master: 6083874454709270928345386274498605044986640685124978867557563392430687146096n,
      index: 0,
      child: 20397789859736650942317412262472558107875392172444076792671091975210932703118n,
    },
    {
      seed: '3141592653589793238462643383279502884197169399375105820974944592',
      master: 29757020647961307431480504535336562678282505419141012933316116377660817309383n,
      index: 3141592653,
      child: 25457201688850691947727629385191704516744796114925897962676248250929345014287n,
    },
    {
      seed: '0099ff991111002299dd7744ee3355bbdd8844115566cc55663355668888cc00',
      master: 27580842291869792442942448775674722299803720648445448686099262467207037398656n,
      index: 4294967295,
      child: 29358610794459428860402234341874281240803786294062035874021252734817515685787n,
    },
    {
      seed: 'd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
      master: 19022158461524446591288038168518313374041767046816487870552872741050760015818n,
      index: 42,
      child: 31372231650479070279774297061823572166496564838472787488249775572789064611981n,
    },
  ])('EIP-2333 child $index', ({ seed, master, index, child }) => {
    const masterKey = SecretKey.deriveMasterEip2333(Buffer.from(seed, 'hex'))
    expect(BigInt(masterKey.toHex())).toBe(master)
    expect(BigInt(masterKey.deriveChildEip2333(index).toHex())).toBe(child)
  })
})

describe.each([interop, mnemonic])('$kind keys', (source) => {
  test('any range is a slice of all keys', () => {
    const all = validatorSecretKeys(source, 0, 60)
    fc.assert(
      fc.property(fc.nat(40), fc.nat(20), (first, count) => {
        expect(validatorSecretKeys(source, first, count)).toEqual(all.slice(first, first + count))
      }),
      { numRuns: 20 },
    )
  })

  test('are distinct valid scalars', () => {
    const keys = validatorSecretKeys(source, 0, 200)
    expect(new Set(keys.map(toHex)).size).toBe(200)
    expect(keys.every((key) => key.length === 32 && validatorPublicKey(key).length === 48)).toBe(true)
  })

  test('the last index can be derived', () => {
    expect(validatorSecretKeys(source, 2 ** 32 - 1, 1)).toHaveLength(1)
  })

  test.each([
    { first: -1, count: 1 },
    { first: 0.5, count: 1 },
    { first: 0, count: -1 },
    { first: 0, count: Number.NaN },
    { first: 2 ** 32, count: 1 },
  ])('indices $first + $count are refused', ({ first, count }) => {
    expect(() => validatorSecretKeys(source, first, count)).toThrow(GenesisInputError)
  })
})

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
