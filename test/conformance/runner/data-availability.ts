import type { BeaconConfig } from '@lodestar/config'
import { ForkName, NUMBER_OF_COLUMNS, SLOTS_PER_EPOCH } from '@lodestar/params'
import { type fulu, ssz } from '@lodestar/types'
import { LazyKzg } from '../../../src/embedded/execution/chain/lazy-kzg.ts'
import type { SignedBlock } from '../../../src/embedded/protocol/signed-block.ts'
import type { BlockStep } from './steps.ts'
import { readSsz } from './vector-files.ts'

const kzg = new LazyKzg()

/**
 * `is_data_available` (deneb/fork-choice.md, fulu/fork-choice.md), with what the step hands over as if it had
 * been sampled. The embedded nodes do not exchange sidecars, so only vectors need this.
 */
export async function isDataAvailable(
  config: BeaconConfig,
  directory: string,
  block: SignedBlock,
  { blobs, proofs = [], columns }: BlockStep,
): Promise<boolean> {
  if (block.fork === ForkName.fulu) {
    // None at all stands for a failed sampling; no list for a block that needs none.
    if (columns === undefined) return true
    if (columns.length === 0) return false
    return areColumnsValid(
      config,
      columns.map((name) => ssz.fulu.DataColumnSidecar.deserialize(readSsz(directory, name))),
    )
  }
  const commitments = block.value.message.body.blobKzgCommitments.map(toHex)
  const data = blobs === undefined ? [] : ssz.deneb.Blobs.deserialize(readSsz(directory, blobs))
  if (data.length !== commitments.length || proofs.length !== commitments.length) return false
  if (commitments.length === 0) return true
  await kzg.load()
  return isValid(() => kzg.verifyBlobProofBatch(data.map(toHex), commitments, proofs))
}

/** `verify_data_column_sidecar` and `verify_data_column_sidecar_kzg_proofs` of each. */
async function areColumnsValid(
  config: BeaconConfig,
  sidecars: readonly fulu.DataColumnSidecar[],
): Promise<boolean> {
  if (!sidecars.every((sidecar) => isWellFormed(config, sidecar))) return false
  await kzg.load()
  return isValid(() =>
    kzg.verifyCellKzgProofBatch(
      sidecars.flatMap(({ kzgCommitments }) => kzgCommitments.map(toHex)),
      sidecars.flatMap(({ index, column }) => column.map(() => index)),
      sidecars.flatMap(({ column }) => column.map(toHex)),
      sidecars.flatMap(({ kzgProofs }) => kzgProofs.map(toHex)),
    ),
  )
}

function isWellFormed(
  config: BeaconConfig,
  { index, column, kzgCommitments, kzgProofs, signedBlockHeader }: fulu.DataColumnSidecar,
): boolean {
  const epoch = Math.floor(signedBlockHeader.message.slot / SLOTS_PER_EPOCH)
  return (
    index < NUMBER_OF_COLUMNS &&
    kzgCommitments.length > 0 &&
    kzgCommitments.length <= config.getMaxBlobsPerBlock(epoch) &&
    column.length === kzgCommitments.length &&
    column.length === kzgProofs.length
  )
}

/** The library throws where a value is not a point or a field element. */
function isValid(verify: () => boolean): boolean {
  try {
    return verify()
  } catch {
    return false
  }
}

function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}
