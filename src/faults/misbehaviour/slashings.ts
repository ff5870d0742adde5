import type { ChainSigner } from './chain-signer.ts'
import type { AttestationData, BeaconBlockHeader } from './signing-roots.ts'

/** Why a validator is slashed: two blocks of one slot, or votes that `is_slashable_attestation_data` tells of. */
export const slashingKinds = ['proposer', 'double-vote', 'surround-vote'] as const
export type SlashingKind = (typeof slashingKinds)[number]

/** A proof as the Beacon API takes it. */
export interface SlashingMessage {
  readonly path: string
  readonly body: unknown
}

/** Contradictions that a validator is made to sign, of the present epoch and some before. */
export function slashingMessage(
  signer: ChainSigner,
  parameters: { kind: SlashingKind; validatorIndex: number; slot: number; slotsPerEpoch: number },
): SlashingMessage {
  const { kind } = parameters
  return kind === 'proposer'
    ? proposerSlashing(signer, parameters)
    : attesterSlashing(signer, { ...parameters, kind })
}

function proposerSlashing(
  signer: ChainSigner,
  { validatorIndex, slot, slotsPerEpoch }: { validatorIndex: number; slot: number; slotsPerEpoch: number },
): SlashingMessage {
  const [first, second] = ['11', '22'].map((digits) => {
    const header: BeaconBlockHeader = {
      slot,
      proposerIndex: validatorIndex,
      parentRoot: rootOf('00'),
      stateRoot: rootOf('00'),
      bodyRoot: rootOf(digits),
    }
    return { message: headerJson(header), signature: signer.signHeader(header, slotsPerEpoch) }
  })
  const body = { signed_header_1: first, signed_header_2: second }
  return { path: '/eth/v1/beacon/pool/proposer_slashings', body }
}

function attesterSlashing(
  signer: ChainSigner,
  parameters: {
    kind: Exclude<SlashingKind, 'proposer'>
    validatorIndex: number
    slot: number
    slotsPerEpoch: number
  },
): SlashingMessage {
  const { kind, validatorIndex, slot, slotsPerEpoch } = parameters
  const epoch = Math.floor(slot / slotsPerEpoch)
  // The first one surrounds the second: earlier source, later target.
  const source = Math.max(0, epoch - 3)
  const votes =
    kind === 'double-vote'
      ? [vote(slot, source, epoch + 1, '11'), vote(slot, source, epoch + 1, '22')]
      : [vote(slot, source, source + 3, '11'), vote(slot, source + 1, source + 2, '22')]
  const [first, second] = votes.map((data) => ({
    attesting_indices: [String(validatorIndex)],
    data: dataJson(data),
    signature: signer.signAttestation(data),
  }))
  return {
    path: '/eth/v2/beacon/pool/attester_slashings',
    body: { attestation_1: first, attestation_2: second },
  }
}

function vote(slot: number, sourceEpoch: number, targetEpoch: number, digits: string): AttestationData {
  return {
    slot,
    index: 0,
    beaconBlockRoot: rootOf(digits),
    source: { epoch: sourceEpoch, root: rootOf('00') },
    target: { epoch: targetEpoch, root: rootOf(digits) },
  }
}

function rootOf(digits: string): string {
  return `0x${digits.repeat(32)}`
}

function headerJson({ slot, proposerIndex, parentRoot, stateRoot, bodyRoot }: BeaconBlockHeader) {
  return {
    slot: String(slot),
    proposer_index: String(proposerIndex),
    parent_root: parentRoot,
    state_root: stateRoot,
    body_root: bodyRoot,
  }
}

/** In the words of the Beacon API. */
export function dataJson({ slot, index, beaconBlockRoot, source, target }: AttestationData) {
  return {
    slot: String(slot),
    index: String(index),
    beacon_block_root: beaconBlockRoot,
    source: { epoch: String(source.epoch), root: source.root },
    target: { epoch: String(target.epoch), root: target.root },
  }
}
