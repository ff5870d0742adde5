import { createBlob4844Tx, NetworkWrapperType } from '@ethereumjs/tx'
import { commitmentsToVersionedHashes, hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../../../../../src/plan/manifest.ts'
import { accounts, atGenesis, genesisTime, sharedExecution } from './chain.ts'

/** The point at infinity, compressed: commitment and proof of a blob of zeros, which take no time to make. */
const infinity: Hex = `0xc0${'00'.repeat(47)}`
export const zeroBlob: Hex = `0x${'00'.repeat(131_072)}`
export const [zeroBlobHash] = commitmentsToVersionedHashes([infinity]) as [Hex]

export type Sidecar = 'blob proofs' | 'cell proofs'

/** A signed blob transaction, by default of the first account, with one blob of zeros, as users send it. */
export function rawBlobTransaction({
  nonce = 0n,
  sidecar = 'blob proofs' as Sidecar,
  proof = infinity,
  privateKey = `0x${'1'.padStart(64, '0')}` as Hex,
} = {}): Uint8Array {
  const isCells = sidecar === 'cell proofs'
  // The library makes each kind of sidecar under the rules of its own fork only.
  const { rules } = sharedExecution(isCells ? atGenesis.osaka : atGenesis.prague)
  const common = rules.commonAt(genesisTime)
  const transaction = createBlob4844Tx(
    {
      chainId: 1337n,
      nonce,
      gasLimit: 21_000n,
      maxFeePerGas: 10_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
      maxFeePerBlobGas: 1_000_000_000n,
      to: accounts[1].address,
      blobVersionedHashes: [zeroBlobHash],
      blobs: [zeroBlob],
      kzgCommitments: [infinity],
      kzgProofs: Array.from({ length: isCells ? 128 : 1 }, () => proof),
      networkWrapperVersion: isCells ? NetworkWrapperType.EIP7594 : NetworkWrapperType.EIP4844,
    },
    { common },
  )
  return transaction.sign(hexToBytes(privateKey)).serializeNetworkWrapper()
}
