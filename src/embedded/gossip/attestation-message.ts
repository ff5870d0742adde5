import { BitArray } from '@chainsafe/ssz'
import { ForkName, MAX_COMMITTEES_PER_SLOT } from '@lodestar/params'
import { type Attestation, type electra, type phase0, type SingleAttestation, ssz } from '@lodestar/types'
import type { AttestationForForkChoice } from '../chain/chain-events.ts'
import type { ValidatedAttestation } from '../pools/validated.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { ATTESTATION_DATA_SIZE, type AttestationContent } from './attestation-content.ts'
import { setPositions } from './bits.ts'
import type { SharedGossip } from './shared-messages.ts'

/** Where `data` is in the SSZ of a SingleAttestation: behind the two indices. */
const DATA_OFFSET_SINGLE = 16
/** Where it is in that of an Attestation of phase0: behind the offset of the bits. */
const DATA_OFFSET_PHASE0 = 4

/** The committee of an attestation. Decided by the block that it votes for, so it is found once for all nodes. */
export interface AttesterPlace {
  readonly committee: Uint32Array
  readonly subnet: number
  /** Of the attester in the committee; -1 when it is not a member. */
  readonly position: number
  readonly attesterIndex: number
}

/**
 * An attestation of one validator, of any fork. From Electra on it names its attester (EIP-7549); before, the
 * attester is the one whose bit is set, and known only with the committee.
 */
export class AttestationMessage {
  readonly value: SingleAttestation<Fork>
  readonly content: AttestationContent
  readonly committeeIndex: number
  /** Undefined before Electra. */
  readonly attesterIndex: number | undefined
  /** Before Electra; otherwise undefined. */
  readonly bits: phase0.Attestation['aggregationBits'] | undefined
  /** Undefined until a node with the block has looked; null when there is no such committee. */
  place: AttesterPlace | null | undefined
  #validated: ValidatedAttestation | undefined
  #forForkChoice: AttestationForForkChoice | undefined

  constructor(value: SingleAttestation<Fork>, content: AttestationContent) {
    this.value = value
    this.content = content
    if (isSingle(value)) {
      this.committeeIndex = value.committeeIndex
      this.attesterIndex = value.attesterIndex
      this.bits = undefined
    } else {
      this.committeeIndex = value.data.index
      this.attesterIndex = undefined
      this.bits = value.aggregationBits
    }
  }

  /** The position of the only bit; undefined when there is not exactly one. */
  get singleBit(): number | undefined {
    const positions = this.bits === undefined ? [] : setPositions(this.bits)
    return positions.length === 1 ? positions[0] : undefined
  }

  /** For the pools. @param place of a valid attestation */
  validated({ committee, position }: AttesterPlace): ValidatedAttestation {
    const { committeeIndex, content, value } = this
    this.#validated ??= {
      data: content.data,
      dataRoot: content.root,
      committeeIndex,
      committee,
      position,
      signature: value.signature,
    }
    return this.#validated
  }

  /** @param place of a valid attestation */
  forForkChoice(place: AttesterPlace): AttestationForForkChoice {
    const { slot, blockRoot, target } = this.content
    this.#forForkChoice ??= {
      slot,
      blockRoot,
      target,
      attestingIndices: [place.attesterIndex],
      isFromBlock: false,
      toAttestation: () => this.#onChain(place),
    }
    return this.#forForkChoice
  }

  /** The container that a block carries. */
  #onChain({ committee, position }: AttesterPlace): Attestation {
    const { value, committeeIndex } = this
    if (!isSingle(value)) return value
    return {
      aggregationBits: BitArray.fromSingleBit(committee.length, position),
      data: value.data,
      signature: value.signature,
      committeeBits: BitArray.fromSingleBit(MAX_COMMITTEES_PER_SLOT, committeeIndex),
    }
  }
}

export function decodeAttestation(
  bytes: Uint8Array,
  fork: Fork,
  { contents }: SharedGossip,
): AttestationMessage {
  if (fork === ForkName.deneb) {
    const value = ssz.phase0.Attestation.deserialize(bytes)
    const content = contents.decode(dataAt(bytes, DATA_OFFSET_PHASE0))
    return new AttestationMessage({ ...value, data: content.data }, content)
  }
  const value = ssz.electra.SingleAttestation.deserialize(bytes)
  const content = contents.decode(dataAt(bytes, DATA_OFFSET_SINGLE))
  return new AttestationMessage({ ...value, data: content.data }, content)
}

export function encodeAttestation(value: SingleAttestation<Fork>): Uint8Array {
  return isSingle(value)
    ? ssz.electra.SingleAttestation.serialize(value)
    : ssz.phase0.Attestation.serialize(value)
}

function isSingle(value: SingleAttestation<Fork>): value is electra.SingleAttestation {
  return 'attesterIndex' in value
}

function dataAt(bytes: Uint8Array, offset: number): Uint8Array {
  return bytes.subarray(offset, offset + ATTESTATION_DATA_SIZE)
}
