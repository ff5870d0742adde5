import { Blob4844Tx } from '@ethereumjs/tx'
import type { Hex } from '../../../plan/manifest.ts'
import type { ExecutionNode } from '../execution-node.ts'

/** A blob that waits in the pool, with its proof, or with the proofs of its cells. */
export interface BlobAndProofs {
  readonly blob: Hex
  readonly proofs: readonly Hex[]
}

/** The blobs of the pool by versioned hash; undefined for those that are not there. */
export function findBlobs(node: ExecutionNode, hashes: readonly Hex[]): (BlobAndProofs | undefined)[] {
  const found = new Map<string, BlobAndProofs>()
  const wanted = new Set<string>(hashes)
  for (const { transaction } of node.pool.all()) {
    if (!(transaction instanceof Blob4844Tx)) continue
    const { blobVersionedHashes, blobs = [], kzgProofs = [] } = transaction
    const proofsPerBlob = kzgProofs.length / blobs.length
    for (const [index, hash] of blobVersionedHashes.entries()) {
      const blob = blobs[index]
      if (blob === undefined || !wanted.has(hash)) continue
      const first = index * proofsPerBlob
      found.set(hash, { blob, proofs: kzgProofs.slice(first, first + proofsPerBlob) })
    }
  }
  return hashes.map((hash) => found.get(hash))
}
