import { BitArray } from '@chainsafe/ssz'
import type { BeaconConfig } from '@lodestar/config'
import { ForkSeq } from '@lodestar/params'
import { isAggregatorFromCommitteeLength } from '@lodestar/state-transition'
import { type AggregateAndProof, type phase0, type SingleAttestation, ssz } from '@lodestar/types'
import { bytesToHex } from '../../genesis/hex.ts'
import type { Root } from '../fork-choice/types.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { type CommitteeTurn, committeeTurns } from './aggregation-turns.ts'
import type { AttesterDuty } from './duties-api.ts'
import type { DutyContext } from './duty-context.ts'
import { groupBy } from './group-by.ts'

/** What this node attested to in a slot; before Electra each committee has data of its own. */
interface SlotVote {
  readonly slot: number
  readonly dataOf: (committeeIndex: number) => phase0.AttestationData
  readonly roots: Map<phase0.AttestationData, Root>
}

/** Attesting and aggregating (phase0/validator.md, electra/validator.md "Attesting"). */
export class AttestationDuty {
  readonly #context: DutyContext
  /** Of the latest slot in which it attested. */
  #vote: SlotVote | undefined

  constructor(context: DutyContext) {
    this.#context = context
  }

  /** All validators of the node attest to the same head, which is asked for once. */
  async attest(slot: number): Promise<void> {
    const { api, config, report, roster } = this.#context
    const duties = await roster.attesters(slot)
    if (duties.length === 0) return
    const validatorIndices = duties.map(({ validatorIndex }) => validatorIndex)
    await report.attempt('attestation', slot, validatorIndices, async () => {
      const data = api.attestationData(slot, 0)
      const vote = slotVote(config, slot, data)
      this.#vote = vote
      const attestations = this.#sign(slot, vote, duties)
      if (attestations.length === 0) return
      const signers = attestations.map(({ validatorIndex }) => validatorIndex)
      await report.publish('attestation', slot, signers, () =>
        api.submitAttestations(attestations.map(({ attestation }) => attestation)),
      )
    })
  }

  #sign(slot: number, vote: SlotVote, duties: readonly AttesterDuty[]) {
    const { config, report, signer } = this.#context
    const dutyOf = new Map(duties.map((duty) => [duty.validatorIndex, duty]))
    const attestations: { validatorIndex: number; attestation: SingleAttestation<Fork> }[] = []
    for (const [data, members] of groupBy(duties, (duty) => vote.dataOf(duty.committeeIndex))) {
      const validatorIndices = members.map(({ validatorIndex }) => validatorIndex)
      const { signed, refused } = signer.signAttestation(validatorIndices, data)
      for (const { validatorIndex, error } of refused) {
        report.failed('attestation', slot, [validatorIndex], error)
      }
      for (const { validatorIndex, signature } of signed) {
        const duty = dutyOf.get(validatorIndex)
        if (duty === undefined) continue
        attestations.push({ validatorIndex, attestation: attestationOf(config, duty, data, signature) })
      }
    }
    return attestations
  }

  /** When this node makes aggregates in a slot in which it has attested. */
  async turns(slot: number): Promise<readonly CommitteeTurn[]> {
    if (this.#vote?.slot !== slot) return []
    return committeeTurns(await this.#context.roster.attesters(slot))
  }

  /** "Broadcast aggregate" of who is selected, unless a received one has all votes that this node knows. */
  async aggregate(slot: number, turn: CommitteeTurn): Promise<void> {
    const { api, report, signer } = this.#context
    const { committeeIndex, committeeLength, validatorIndex: aggregatorIndex } = turn
    const vote = this.#vote
    if (vote?.slot !== slot) return
    await report.attempt('aggregate', slot, [aggregatorIndex], async () => {
      const dataRoot = rootOf(vote, committeeIndex)
      if (api.isAggregated(slot, dataRoot, committeeIndex)) return report.spared('aggregate')
      const aggregate = api.aggregate(slot, dataRoot, committeeIndex)
      // None of this committee's attestations came through, not even the node's own: told of before.
      if (aggregate === undefined) return report.spared('aggregate')
      const selectionProof = signer.signSelectionProof(aggregatorIndex, slot)
      if (!isAggregatorFromCommitteeLength(committeeLength, selectionProof)) return
      const message = { aggregatorIndex, aggregate, selectionProof } as AggregateAndProof<Fork>
      const signed = signer.signAggregate(message)
      await report.publish('aggregate', slot, [aggregatorIndex], () => api.submitAggregates([signed]))
    })
  }
}

function slotVote(config: BeaconConfig, slot: number, data: phase0.AttestationData): SlotVote {
  const roots = new Map<phase0.AttestationData, Root>()
  if (config.getForkSeq(slot) >= ForkSeq.electra) return { slot, roots, dataOf: () => data }
  // Field by field: a spread would take along the root that the library hides in data it has hashed.
  const { beaconBlockRoot, source, target } = data
  const byCommittee = new Map<number, phase0.AttestationData>()
  const dataOf = (index: number) => {
    const known = byCommittee.get(index) ?? { slot, index, beaconBlockRoot, source, target }
    byCommittee.set(index, known)
    return known
  }
  return { slot, roots, dataOf }
}

function rootOf({ dataOf, roots }: SlotVote, committeeIndex: number): Root {
  const data = dataOf(committeeIndex)
  const root = roots.get(data) ?? bytesToHex(ssz.phase0.AttestationData.hashTreeRoot(data))
  roots.set(data, root)
  return root
}

/** SingleAttestation from Electra on (EIP-7549), an Attestation with one bit before. */
function attestationOf(
  config: BeaconConfig,
  duty: AttesterDuty,
  data: phase0.AttestationData,
  signature: Uint8Array,
): SingleAttestation<Fork> {
  const { committeeIndex, committeeLength, validatorCommitteeIndex, validatorIndex } = duty
  if (config.getForkSeq(duty.slot) >= ForkSeq.electra) {
    return { committeeIndex, attesterIndex: validatorIndex, data, signature }
  }
  return {
    aggregationBits: BitArray.fromSingleBit(committeeLength, validatorCommitteeIndex),
    data,
    signature,
  }
}
