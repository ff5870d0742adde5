import { type Conduct, honestConduct } from '../conduct.ts'
import { SlotVote } from '../slot-vote.ts'
import { attesterSlashings } from './evidence.ts'
import type { MisconductTools } from './misconduct-tools.ts'
import { votedAncestor, voteFor } from './vote-for.ts'

/** Attests to the head, and elsewhere to the block before it. In the very first slots there is none. */
export function doubleVoteConduct(tools: MisconductTools, isReported: boolean): Conduct {
  const { chain, elsewhere, publisher, unjudged, unprotected } = tools
  return {
    ...honestConduct,
    async attest(ballot) {
      const { data, duties } = ballot
      await ballot.cast(data)
      const ancestor = votedAncestor(chain, data, 1) ?? votedAncestor(chain, data, 2)
      const otherData = ancestor && voteFor(chain, ancestor, data)
      if (otherData === undefined) return
      const { config } = chain.protocol
      const first = new SlotVote(config, data).sign(unprotected, duties).signed
      const second = new SlotVote(config, otherData).sign(unprotected, duties).signed
      await (elsewhere() ?? unjudged).publishAttestations(second.map(({ attestation }) => attestation))
      if (!isReported) return
      const contradictions = new Map(second.map((vote) => [vote.validatorIndex, vote]))
      const pairs = first.flatMap((vote) => {
        const other = contradictions.get(vote.validatorIndex)
        return other === undefined ? [] : [{ first: vote, second: other }]
      })
      for (const slashing of attesterSlashings(pairs)) await publisher.publishAttesterSlashing(slashing)
    },
  }
}
