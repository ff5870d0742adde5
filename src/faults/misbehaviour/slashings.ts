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

/** What a proposer has signed of its block. */
export interface SignedHeader {
  readonly header: BeaconBlockHeader
  readonly signature: string
}

/** The vote of one validator. */
export interface SignedVote {
  readonly validatorIndex: number
  readonly data: AttestationData
  readonly signature: string
}

/** Of two blocks of one slot. */
export function proposerSlashing([first, second]: readonly [SignedHeader, SignedHeader]): SlashingMessage {
  const body = { signed_header_1: headerJson(first), signed_header_2: headerJson(second) }
  return { path: '/eth/v1/beacon/pool/proposer_slashings', body }
}

/** Of two votes of one validator; when one surrounds the other, it comes first. */
export function attesterSlashing([first, second]: readonly [SignedVote, SignedVote]): SlashingMessage {
  const body = { attestation_1: indexedAttestation(first), attestation_2: indexedAttestation(second) }
  return { path: '/eth/v2/beacon/pool/attester_slashings', body }
}

/** Contradictions that a validator is made to sign, of the present epoch and some before. */
export function slashingMessage(
  signer: ChainSigner,
  parameters: { kind: SlashingKind; validatorIndex: number; slot: number; slotsPerEpoch: number },
): SlashingMessage {
  const { kind, validatorIndex, slot, slotsPerEpoch } = parameters
  if (kind === 'proposer') {
    const signed = (digits: string): SignedHeader => {
      const header = emptyHeader(slot, validatorIndex, digits)
      return { header, signature: signer.signHeader(header, slotsPerEpoch) }
    }
    return proposerSlashing([signed('11'), signed('22')])
  }
  const signed = (data: AttestationData): SignedVote => ({
    validatorIndex,
    data,
    signature: signer.signAttestation(data),
  })
  const [first, second] = contradictingVotes(kind, slot, Math.floor(slot / slotsPerEpoch))
  return attesterSlashing([signed(first), signed(second)])
}

function contradictingVotes(
  kind: Exclude<SlashingKind, 'proposer'>,
  slot: number,
  epoch: number,
): [AttestationData, AttestationData] {
  // The first one surrounds the second: earlier source, later target.
  const source = Math.max(0, epoch - 3)
  return kind === 'double-vote'
    ? [vote(slot, source, epoch + 1, '11'), vote(slot, source, epoch + 1, '22')]
    : [vote(slot, source, source + 3, '11'), vote(slot, source + 1, source + 2, '22')]
}

function emptyHeader(slot: number, proposerIndex: number, digits: string): BeaconBlockHeader {
  return {
    slot,
    proposerIndex,
    parentRoot: rootOf('00'),
    stateRoot: rootOf('00'),
    bodyRoot: rootOf(digits),
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

function headerJson({ header, signature }: SignedHeader) {
  const { slot, proposerIndex, parentRoot, stateRoot, bodyRoot } = header
  const message = {
    slot: String(slot),
    proposer_index: String(proposerIndex),
    parent_root: parentRoot,
    state_root: stateRoot,
    body_root: bodyRoot,
  }
  return { message, signature }
}

function indexedAttestation({ validatorIndex, data, signature }: SignedVote) {
  return { attesting_indices: [String(validatorIndex)], data: dataJson(data), signature }
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
