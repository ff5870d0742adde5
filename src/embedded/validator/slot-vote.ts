import { BitArray } from '@chainsafe/ssz'
import type { BeaconConfig } from '@lodestar/config'
import { ForkSeq } from '@lodestar/params'
import { type phase0, type SingleAttestation, ssz } from '@lodestar/types'
import { bytesToHex } from '../../genesis/hex.ts'
import type { Root } from '../fork-choice/types.ts'
import type { Fork } from '../protocol/signed-block.ts'
import type { AttesterDuty } from './duties-api.ts'
import { groupBy } from './group-by.ts'
import type { AttestationSignatures, Signer } from './signer.ts'

/** One validator's attestation of a slot. */
export interface SignedVote {
  readonly validatorIndex: number
  readonly data: phase0.AttestationData
  readonly signature: Uint8Array
  /** In the form of gossip. */
  readonly attestation: SingleAttestation<Fork>
}

/** What attesters of a slot say; before Electra each committee has data of its own. */
export class SlotVote {
  /** That of committee 0. */
  readonly data: phase0.AttestationData
  readonly #config: BeaconConfig
  readonly #byCommittee = new Map<number, phase0.AttestationData>()
  readonly #roots = new Map<phase0.AttestationData, Root>()

  constructor(config: BeaconConfig, data: phase0.AttestationData) {
    this.#config = config
    this.data = data
  }

  get slot(): number {
    return this.data.slot
  }

  dataOf(committeeIndex: number): phase0.AttestationData {
    if (this.#config.getForkSeq(this.slot) >= ForkSeq.electra) return this.data
    // Field by field: a spread would take along the root that the library hides in data it has hashed.
    const { slot, beaconBlockRoot, source, target } = this.data
    const known = this.#byCommittee.get(committeeIndex)
    const data = known ?? { slot, index: committeeIndex, beaconBlockRoot, source, target }
    this.#byCommittee.set(committeeIndex, data)
    return data
  }

  rootOf(committeeIndex: number): Root {
    const data = this.dataOf(committeeIndex)
    const root = this.#roots.get(data) ?? bytesToHex(ssz.phase0.AttestationData.hashTreeRoot(data))
    this.#roots.set(data, root)
    return root
  }

  /** Signatures of all that have the duty, but for those whom the signer refuses. */
  sign(
    signer: Signer,
    duties: readonly AttesterDuty[],
  ): { readonly signed: readonly SignedVote[]; readonly refused: AttestationSignatures['refused'] } {
    const dutyOf = new Map(duties.map((duty) => [duty.validatorIndex, duty]))
    const votes: SignedVote[] = []
    const refusals: AttestationSignatures['refused'][number][] = []
    for (const [data, members] of groupBy(duties, (duty) => this.dataOf(duty.committeeIndex))) {
      const validatorIndices = members.map(({ validatorIndex }) => validatorIndex)
      const { signed, refused } = signer.signAttestation(validatorIndices, data)
      refusals.push(...refused)
      for (const { validatorIndex, signature } of signed) {
        const duty = dutyOf.get(validatorIndex)
        if (duty === undefined) continue
        const attestation = this.#attestationOf(duty, data, signature)
        votes.push({ validatorIndex, data, signature, attestation })
      }
    }
    return { signed: votes, refused: refusals }
  }

  /** SingleAttestation from Electra on (EIP-7549), an Attestation with one bit before. */
  #attestationOf(
    duty: AttesterDuty,
    data: phase0.AttestationData,
    signature: Uint8Array,
  ): SingleAttestation<Fork> {
    const { committeeIndex, committeeLength, validatorCommitteeIndex, validatorIndex } = duty
    if (this.#config.getForkSeq(duty.slot) >= ForkSeq.electra) {
      return { committeeIndex, attesterIndex: validatorIndex, data, signature }
    }
    return {
      aggregationBits: BitArray.fromSingleBit(committeeLength, validatorCommitteeIndex),
      data,
      signature,
    }
  }
}
