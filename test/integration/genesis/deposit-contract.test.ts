import { ssz } from '@lodestar/types'
import { bytesToHex, decodeAbiParameters, encodeFunctionData, parseAbi, parseAbiParameters } from 'viem'
import { describe, expect, test } from 'vitest'
import { depositContractAddress, emptyDepositRoot } from '../../../src/genesis/deposit-contract.ts'
import { validatorPublicKey, validatorSecretKeys } from '../../../src/genesis/validator-keys.ts'
import { createGenesisEvm } from './genesis-evm.ts'

const abi = parseAbi([
  'function deposit(bytes pubkey, bytes withdrawal_credentials, bytes signature, bytes32 deposit_data_root) payable',
  'function get_deposit_root() view returns (bytes32)',
  'function get_deposit_count() view returns (bytes)',
])
const getDepositRoot = encodeFunctionData({ abi, functionName: 'get_deposit_root' })
const getDepositCount = encodeFunctionData({ abi, functionName: 'get_deposit_count' })

/** The root that every chain without deposits has had since the launch of the deposit contract. */
const emptyRoot = '0xd70a234731285c6804c2a4f56711ddb8c82c99740f207854891028af34e27e5e'

describe('the deposit contract', () => {
  test('starts with the empty deposit root', async () => {
    const call = await createGenesisEvm()
    expect((await call({ to: depositContractAddress, data: getDepositRoot })).data).toBe(emptyRoot)
    expect(bytesToHex(emptyDepositRoot())).toBe(emptyRoot)
  })

  test('takes a deposit, with the event that EIP-6110 reads and the root of the SSZ list', async () => {
    const call = await createGenesisEvm()
    const deposit = exampleDeposit()
    const root = ssz.phase0.DepositData.hashTreeRoot(deposit)

    const { error, logs } = await call({
      to: depositContractAddress,
      valueWei: 32n * 10n ** 18n,
      data: encodeFunctionData({
        abi,
        functionName: 'deposit',
        args: [
          bytesToHex(deposit.pubkey),
          bytesToHex(deposit.withdrawalCredentials),
          bytesToHex(deposit.signature),
          bytesToHex(root),
        ],
      }),
    })
    expect(error).toBeUndefined()
    const [event = '0x'] = logs
    const [pubkey, , amount] = decodeAbiParameters(
      parseAbiParameters('bytes, bytes, bytes, bytes, bytes'),
      event,
    )
    expect(pubkey).toBe(bytesToHex(deposit.pubkey))
    expect(Buffer.from(amount.slice(2), 'hex').readBigUInt64LE()).toBe(32_000_000_000n)

    const count = await call({ to: depositContractAddress, data: getDepositCount })
    expect(decodeAbiParameters(parseAbiParameters('bytes'), count.data)).toEqual(['0x0100000000000000'])
    const depositRoot = await call({ to: depositContractAddress, data: getDepositRoot })
    expect(depositRoot.data).toBe(bytesToHex(ssz.phase0.DepositDataRootList.hashTreeRoot([root])))
  })
})

function exampleDeposit() {
  const [pubkey = new Uint8Array()] = validatorSecretKeys({ kind: 'interop' }, 7, 1).map(validatorPublicKey)
  return {
    pubkey,
    withdrawalCredentials: new Uint8Array(32).fill(1),
    amount: 32_000_000_000,
    signature: new Uint8Array(96).fill(2),
  }
}
