import { type Conduct, honestConduct } from '../conduct.ts'
import type { MisconductTools } from './misconduct-tools.ts'
import { votedAncestor, voteFor } from './vote-for.ts'

/** Attests to an older block than the head. Where nothing older is known it does not attest. */
export function wrongHeadConduct({ chain }: MisconductTools, slotsBack: number): Conduct {
  return {
    ...honestConduct,
    async attest(ballot) {
      const ancestor = votedAncestor(chain, ballot.data, slotsBack)
      const data = ancestor && voteFor(chain, ancestor, ballot.data)
      if (data !== undefined) await ballot.cast(data)
    },
  }
}
