import { isAggregatorFromCommitteeLength } from '@lodestar/state-transition'
import type { AggregateAndProof } from '@lodestar/types'
import type { Fork } from '../protocol/signed-block.ts'
import { type CommitteeTurn, committeeTurns } from './aggregation-turns.ts'
import type { Ballot } from './conduct.ts'
import type { AttesterDuty } from './duties-api.ts'
import type { DutyContext } from './duty-context.ts'
import { groupBy } from './group-by.ts'
import { SlotVote } from './slot-vote.ts'

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
    const { api, conducts, config, report, roster } = this.#context
    const duties = conducts.performed('attestation', slot, await roster.attesters(slot))
    if (duties.length === 0) return
    const validatorIndices = duties.map(({ validatorIndex }) => validatorIndex)
    await report.attempt('attestation', slot, validatorIndices, async () => {
      const data = api.attestationData(slot, 0)
      const vote = new SlotVote(config, data)
      this.#vote = vote
      const groups = groupBy(duties, ({ validatorIndex }) => conducts.of(validatorIndex, slot))
      await Promise.all(
        [...groups].map(([conduct, members]) =>
          this.#attempt(slot, members, () => conduct.attest(this.#ballot(vote, members))),
        ),
      )
    })
  }

  #ballot(vote: SlotVote, duties: readonly AttesterDuty[]): Ballot {
    const { slot, data } = vote
    const cast: Ballot['cast'] = (chosen, voters = duties) =>
      this.#cast(chosen === data ? vote : new SlotVote(this.#context.config, chosen), voters)
    return { slot, data, duties, cast }
  }

  async #cast(vote: SlotVote, duties: readonly AttesterDuty[]): Promise<void> {
    const { api, report, signer } = this.#context
    const { signed, refused } = vote.sign(signer, duties)
    for (const { validatorIndex, error } of refused) {
      report.failed('attestation', vote.slot, [validatorIndex], error)
    }
    if (signed.length === 0) return
    const signers = signed.map(({ validatorIndex }) => validatorIndex)
    const attestations = signed.map(({ attestation }) => attestation)
    await report.publish('attestation', vote.slot, signers, () => api.submitAttestations(attestations))
  }

  #attempt(slot: number, duties: readonly AttesterDuty[], action: () => Promise<void>): Promise<void> {
    const validatorIndices = duties.map(({ validatorIndex }) => validatorIndex)
    return this.#context.report.attempt('attestation', slot, validatorIndices, action)
  }

  /** When this node makes aggregates in a slot in which it has attested. */
  async turns(slot: number): Promise<readonly CommitteeTurn[]> {
    if (this.#vote?.slot !== slot) return []
    const { conducts, roster } = this.#context
    return committeeTurns(conducts.performed('aggregate', slot, await roster.attesters(slot)))
  }

  /** "Broadcast aggregate" of who is selected, unless a received one has all votes that this node knows. */
  async aggregate(slot: number, turn: CommitteeTurn): Promise<void> {
    const { api, report, signer } = this.#context
    const { committeeIndex, committeeLength, validatorIndex: aggregatorIndex } = turn
    const vote = this.#vote
    if (vote?.slot !== slot) return
    await report.attempt('aggregate', slot, [aggregatorIndex], async () => {
      const dataRoot = vote.rootOf(committeeIndex)
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
