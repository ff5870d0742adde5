import type { BitArray } from '@chainsafe/ssz'
import { ForkName } from '@lodestar/params'
import { type Attestation, type SignedAggregateAndProof, ssz } from '@lodestar/types'
import type { AttestationForForkChoice } from '../chain/chain-events.ts'
import type { ValidatedAggregate } from '../pools/validated.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { ATTESTATION_DATA_SIZE, type AttestationContent } from './attestation-content.ts'
import { setPositions } from './bits.ts'
import type { SharedGossip } from './shared-messages.ts'

/**
 * Where `data` is in the SSZ of a SignedAggregateAndProof: behind the offset of the message and the signature
 * (4 + 96), aggregator index, offset of the aggregate and selection proof (8 + 4 + 96), and the offset of the
 * bits (4). The one decoder of both forks puts the parts in this order only.
 */
const DATA_OFFSET = 212

/** The committee of an aggregate. Decided by the block that it votes for, so it is found once for all nodes. */
export interface AggregatePlace {
  readonly committee: Uint32Array
  /** Empty when the number of bits is not that of the committee. */
  readonly attestingIndices: readonly number[]
  /** Whether the selection proof selects the validator as an aggregator. */
  readonly isSelected: boolean
  /** Whether the aggregator is a member. */
  readonly isMember: boolean
}

/** An aggregate of one committee and its aggregator, of any fork. */
export class AggregateMessage {
  readonly value: SignedAggregateAndProof<Fork>
  readonly content: AttestationContent
  readonly aggregatorIndex: number
  readonly bits: BitArray
  /** From Electra on by `committee_bits`; undefined when these do not name exactly one committee. */
  readonly committeeIndex: number | undefined
  /** Whether `data.index` must be zero: from Electra on (EIP-7549). */
  readonly hasCommitteeBits: boolean
  /** Undefined until a node with the block has looked; null when there is no such committee. */
  place: AggregatePlace | null | undefined
  #key: string | undefined
  #validated: ValidatedAggregate | undefined
  #forForkChoice: AttestationForForkChoice | undefined

  constructor(value: SignedAggregateAndProof<Fork>, content: AttestationContent) {
    const { aggregate, aggregatorIndex } = value.message
    this.value = value
    this.content = content
    this.aggregatorIndex = aggregatorIndex
    this.bits = aggregate.aggregationBits
    this.hasCommitteeBits = 'committeeBits' in aggregate
    if ('committeeBits' in aggregate) {
      const committees = setPositions(aggregate.committeeBits)
      this.committeeIndex = committees.length === 1 ? committees[0] : undefined
    } else {
      this.committeeIndex = aggregate.data.index
    }
  }

  /** `aggregate_cache_key`: what aggregates must share to be compared by their bits. */
  get key(): string {
    this.#key ??= `${this.content.root}:${this.committeeIndex}`
    return this.#key
  }

  /** For the pools. @param place of a valid aggregate */
  validated({ committee }: AggregatePlace): ValidatedAggregate {
    const { content, bits, value } = this
    this.#validated ??= {
      data: content.data,
      dataRoot: content.root,
      committeeIndex: this.committeeIndex ?? 0,
      committee,
      bits,
      signature: value.message.aggregate.signature,
    }
    return this.#validated
  }

  /** @param place of a valid aggregate */
  forForkChoice({ attestingIndices }: AggregatePlace): AttestationForForkChoice {
    const { slot, blockRoot, target } = this.content
    this.#forForkChoice ??= {
      slot,
      blockRoot,
      target,
      attestingIndices,
      isFromBlock: false,
      toAttestation: (): Attestation => this.value.message.aggregate,
    }
    return this.#forForkChoice
  }
}

export function decodeAggregate(bytes: Uint8Array, fork: Fork, { contents }: SharedGossip): AggregateMessage {
  const content = () => contents.decode(bytes.subarray(DATA_OFFSET, DATA_OFFSET + ATTESTATION_DATA_SIZE))
  // The decoder comes first: it throws on bytes that are too few.
  return fork === ForkName.deneb
    ? new AggregateMessage(ssz.phase0.SignedAggregateAndProof.deserialize(bytes), content())
    : new AggregateMessage(ssz.electra.SignedAggregateAndProof.deserialize(bytes), content())
}

export function encodeAggregate(value: SignedAggregateAndProof<Fork>): Uint8Array {
  return 'committeeBits' in value.message.aggregate
    ? ssz.electra.SignedAggregateAndProof.serialize(value as SignedAggregateAndProof<ForkName.electra>)
    : ssz.phase0.SignedAggregateAndProof.serialize(value)
}
