import type { phase0 } from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import { ZERO_ROOT } from '../../fork-choice/types.ts'
import { type Ballot, type Conduct, honestConduct } from '../conduct.ts'
import type { AttesterDuty } from '../duties-api.ts'
import { groupBy } from '../group-by.ts'
import { type SignedVote, SlotVote } from '../slot-vote.ts'
import { attesterSlashings } from './evidence.ts'
import type { MisconductTools } from './misconduct-tools.ts'

/**
 * Attests honestly once, and in its next turn from an older source to a later target, so that the later vote
 * surrounds the earlier one; then begins anew. No source is older than genesis: a vote from epoch 0 cannot be
 * surrounded, and the one after it is honest too.
 */
export class SurroundVoteConduct implements Conduct {
  readonly #tools: MisconductTools
  readonly #isReported: boolean
  /** The honest vote of each validator that is to be surrounded. */
  readonly #honestVotes = new Map<number, SignedVote>()

  constructor(tools: MisconductTools, isReported: boolean) {
    this.#tools = tools
    this.#isReported = isReported
  }

  readonly performs = honestConduct.performs
  readonly propose = honestConduct.propose

  async attest(ballot: Ballot): Promise<void> {
    const groups = groupBy(ballot.duties, ({ validatorIndex }) =>
      this.#sourceFor(validatorIndex, ballot.data),
    )
    for (const [source, duties] of groups) {
      if (source === undefined) await this.#voteHonestly(ballot, duties)
      else await this.#surround(ballot, duties, source)
    }
  }

  /** The source epoch of a vote that surrounds the validator's last one; undefined when there cannot be one. */
  #sourceFor(validatorIndex: number, { target }: phase0.AttestationData): number | undefined {
    const last = this.#honestVotes.get(validatorIndex)?.data
    if (last === undefined || last.source.epoch === 0 || last.target.epoch >= target.epoch) return undefined
    return last.source.epoch - 1
  }

  async #voteHonestly({ data, cast }: Ballot, duties: readonly AttesterDuty[]): Promise<void> {
    const { chain, unprotected } = this.#tools
    await cast(data, duties)
    const { signed } = new SlotVote(chain.protocol.config, data).sign(unprotected, duties)
    for (const vote of signed) this.#honestVotes.set(vote.validatorIndex, vote)
  }

  async #surround({ data }: Ballot, duties: readonly AttesterDuty[], sourceEpoch: number): Promise<void> {
    const { chain, publisher, unprotected } = this.#tools
    const { slot, index, beaconBlockRoot, target } = data
    const root = chain.forkChoice.getCheckpointRoot(chain.head.root, sourceEpoch) ?? ZERO_ROOT
    const source = { epoch: sourceEpoch, root: fromHex(root) }
    const vote = new SlotVote(chain.protocol.config, { slot, index, beaconBlockRoot, source, target })
    const { signed } = vote.sign(unprotected, duties)
    await publisher.publishAttestations(signed.map(({ attestation }) => attestation))
    const pairs = signed.flatMap((first) => {
      const second = this.#honestVotes.get(first.validatorIndex)
      this.#honestVotes.delete(first.validatorIndex)
      return second === undefined ? [] : [{ first, second }]
    })
    if (!this.#isReported) return
    for (const slashing of attesterSlashings(pairs)) await publisher.publishAttesterSlashing(slashing)
  }
}
