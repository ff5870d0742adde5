import { isSyncCommitteeAggregator } from '@lodestar/state-transition'
import { fromHex } from '@lodestar/utils'
import type { Root } from '../fork-choice/types.ts'
import { type SubcommitteeTurn, subcommitteeTurns } from './aggregation-turns.ts'
import type { DutyContext } from './duty-context.ts'

/** Sync committee messages and contributions (altair/validator.md, "Sync committees"). */
export class SyncCommitteeDuty {
  readonly #context: DutyContext
  /** The head that this node's members signed last. */
  #vote: { readonly slot: number; readonly blockRoot: Root } | undefined

  constructor(context: DutyContext) {
    this.#context = context
  }

  async sign(slot: number): Promise<void> {
    const { api, conducts, report, roster, signer } = this.#context
    const members = conducts.performed('sync-message', slot, await roster.syncMembers(slot))
    if (members.length === 0) return
    const validatorIndices = members.map(({ validatorIndex }) => validatorIndex)
    await report.attempt('sync-message', slot, validatorIndices, async () => {
      const blockRoot = api.syncMessageRoot()
      this.#vote = { slot, blockRoot }
      const messages = signer.signSyncMessages(validatorIndices, slot, fromHex(blockRoot))
      await report.publish('sync-message', slot, validatorIndices, () => api.submitSyncMessages(messages))
    })
  }

  /** When this node makes contributions in a slot in which it has signed. */
  async turns(slot: number): Promise<readonly SubcommitteeTurn[]> {
    if (this.#vote?.slot !== slot) return []
    const { conducts, roster } = this.#context
    return subcommitteeTurns(slot, conducts.performed('contribution', slot, await roster.syncMembers(slot)))
  }

  /** "Broadcast sync committee contribution" of who is selected, unless a received one has all votes that this node knows. */
  async contribute(slot: number, turn: SubcommitteeTurn): Promise<void> {
    const { api, report, signer } = this.#context
    const { subcommitteeIndex, validatorIndex: aggregatorIndex } = turn
    const vote = this.#vote
    if (vote?.slot !== slot) return
    await report.attempt('contribution', slot, [aggregatorIndex], async () => {
      const { blockRoot } = vote
      if (api.isSyncAggregated(slot, subcommitteeIndex, blockRoot)) return report.spared('contribution')
      const contribution = api.syncContribution(slot, subcommitteeIndex, blockRoot)
      // None of its messages came through, not even the node's own: told of before.
      if (contribution === undefined) return report.spared('contribution')
      const selectionProof = signer.signSyncSelectionProof(aggregatorIndex, slot, subcommitteeIndex)
      if (!isSyncCommitteeAggregator(selectionProof)) return
      const signed = signer.signContribution({ aggregatorIndex, contribution, selectionProof })
      await report.publish('contribution', slot, [aggregatorIndex], () => api.submitContributions([signed]))
    })
  }
}
