import { olderVote } from './older-vote.ts'
import { publishVote, signVote } from './own-vote.ts'
import { honestSigner, type SignerConduct } from './signer-conduct.ts'
import type { SignerTools } from './signer-tools.ts'

/** A vote for an older block than the head goes out in place of the client's. Where there is none, no vote. */
export function wrongHead(tools: SignerTools, slotsBack: number): SignerConduct {
  return {
    ...honestSigner,
    async attest(duty) {
      const other = await olderVote(tools, duty.data, slotsBack)
      if (other !== undefined) await publishVote(tools, signVote(duty, other), tools.own())
      return false
    },
  }
}
