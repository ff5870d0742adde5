import { attesterSlashing } from '../slashings.ts'
import { olderVote } from './older-vote.ts'
import { publishVote, signVote } from './own-vote.ts'
import { report } from './report.ts'
import { honestSigner, type SignerConduct } from './signer-conduct.ts'
import type { SignerTools } from './signer-tools.ts'

/** Beside the client's vote another one, for the block before, goes out elsewhere. */
export function doubleVote(tools: SignerTools, isReported: boolean): SignerConduct {
  return {
    ...honestSigner,
    async attest(duty) {
      const { data } = duty
      const other = (await olderVote(tools, data, 1)) ?? (await olderVote(tools, data, 2))
      if (other === undefined) return true
      const second = signVote(duty, other)
      await publishVote(tools, second, tools.elsewhere())
      if (isReported) await report(tools, attesterSlashing([signVote(duty, data), second]))
      return true
    },
  }
}
