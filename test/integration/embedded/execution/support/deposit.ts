import { sha256 } from '@noble/hashes/sha2.js'
import { encodeFunctionData } from 'viem'
import { bytesToHex } from '../../../../../src/embedded/execution/bytes.ts'

const depositAbi = [
  {
    type: 'function',
    name: 'deposit',
    stateMutability: 'payable',
    inputs: [
      { type: 'bytes', name: 'pubkey' },
      { type: 'bytes', name: 'withdrawal_credentials' },
      { type: 'bytes', name: 'signature' },
      { type: 'bytes32', name: 'deposit_data_root' },
    ],
    outputs: [],
  },
] as const

const joined = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))
const zeros = (count: number) => new Uint8Array(count)

/** A deposit of 1 ETH: the call's data, and the request it must become (EIP-6110), apart from the index. */
export function testDeposit() {
  const publicKey = new Uint8Array(48).fill(7)
  const credentials = new Uint8Array(32).fill(8)
  const signature = new Uint8Array(96).fill(9)
  const amount = new Uint8Array(8)
  new DataView(amount.buffer).setBigUint64(0, 1_000_000_000n, true)
  const publicKeyRoot = sha256(joined(publicKey, zeros(16)))
  const signatureRoot = sha256(
    joined(sha256(signature.subarray(0, 64)), sha256(joined(signature.subarray(64), zeros(32)))),
  )
  const root = sha256(
    joined(sha256(joined(publicKeyRoot, credentials)), sha256(joined(amount, zeros(24), signatureRoot))),
  )
  return {
    data: encodeFunctionData({
      abi: depositAbi,
      args: [bytesToHex(publicKey), bytesToHex(credentials), bytesToHex(signature), bytesToHex(root)],
    }),
    request: joined(publicKey, credentials, amount, signature),
  }
}
