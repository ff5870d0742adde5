import { mnemonicToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { planAccounts } from '../../../src/plan/accounts.ts'
import { checksumAddress } from '../../../src/plan/checksum-address.ts'
import { refusal } from './refusal.ts'

const testMnemonic = 'test test test test test test test test test test test junk'
const otherMnemonic = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

test('by default, the ten accounts that every developer knows, with 10,000 ether', () => {
  const accounts = planAccounts()
  expect(accounts).toHaveLength(10)
  expect(accounts[0]).toEqual({
    address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    privateKey: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
    balanceWei: '10000000000000000000000',
  })
  expect(accounts[9]?.address).toBe('0xa0Ee7A142d267C1f36714E4a8F75612F20a79720')
})

test.each([testMnemonic, otherMnemonic])('are those that viem derives: %s', (mnemonic) => {
  const accounts = planAccounts({ mnemonic, count: 5 })
  const expected = [0, 1, 2, 3, 4].map((addressIndex) => mnemonicToAccount(mnemonic, { addressIndex }))
  expect(accounts.map((account) => account.address)).toEqual(expected.map((account) => account.address))
  expect(accounts.map((account) => account.privateKey)).toEqual(
    expected.map((account) => `0x${Buffer.from(account.getHdKey().privateKey ?? []).toString('hex')}`),
  )
})

test('come in the number and with the balance asked for', () => {
  expect(planAccounts(0)).toEqual([])
  expect(planAccounts(3)).toEqual(planAccounts().slice(0, 3))
  const [rich] = planAccounts({ count: 1, balanceEther: 1_000_000_000 })
  expect(rich?.balanceWei).toBe(`1${'0'.repeat(27)}`)
})

describe('mnemonics', () => {
  test('may have spaces anywhere between and around words', () => {
    expect(planAccounts({ mnemonic: `  ${testMnemonic.replaceAll(' ', '\n ')} ` })).toEqual(planAccounts())
  })

  test('with a wrong word are refused by that word alone', () => {
    const error = refusal(() => planAccounts({ mnemonic: otherMnemonic.replace('sausage', 'sausag') }))
    expect(error.field).toBe('accounts.mnemonic')
    expect(error.facts).toMatchObject({ given: 'sausag', nearest: 'sausage' })
    expect(error.message).toContain('word 6')
    expect(error.message).not.toContain('winner')
  })

  test.each([
    ['with a wrong checksum', otherMnemonic.replace('sausage', 'wave'), 'checksum'],
    ['with too few words', 'test junk', 'it has 2 words'],
    ['that are empty', '', 'it has 1 word'],
  ])('%s are refused without showing them', (_, mnemonic, problem) => {
    const error = refusal(() => planAccounts({ mnemonic }))
    expect(error.message).toContain(problem)
    expect(error.facts.given).toBeUndefined()
    expect(error.message).not.toContain('Given')
  })
})

test.each([
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0xde709f2102306220921060314715629080e2fb77',
])('the checksum of %s is that of EIP-55', (address) => {
  expect(checksumAddress(Buffer.from(address.slice(2), 'hex'))).toBe(address)
})
