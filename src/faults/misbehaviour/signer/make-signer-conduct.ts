import type { Deed } from '../../../embedded/validator/deed.ts'
import { doubleVote } from './double-vote.ts'
import { equivocatingBlock } from './equivocating-block.ts'
import { heldBlock } from './held-block.ts'
import { honestSigner, type SignerConduct } from './signer-conduct.ts'
import type { SignerTools } from './signer-tools.ts'
import { SurroundVote } from './surround-vote.ts'
import { wrongHead } from './wrong-head.ts'

/** How a validator that does this deed goes about what its client asks signatures for. */
export function makeSignerConduct(deed: Deed, tools: SignerTools): SignerConduct {
  const { clock } = tools
  switch (deed.kind) {
    case 'offline':
      return { propose: refuse, attest: refuse, signsOthers: false }
    case 'empty-slot':
      return { ...honestSigner, propose: refuse }
    case 'late-block':
      return heldBlock(tools, (slot) => clock.startOf(slot) + deed.byMs)
    case 'withheld-block': {
      const { untilSlot } = deed
      if (untilSlot === undefined) return { ...honestSigner, propose: refuse }
      return heldBlock(tools, () => clock.startOf(untilSlot))
    }
    case 'equivocating-block':
      return equivocatingBlock(tools, deed)
    case 'double-vote':
      return doubleVote(tools, deed.isReported ?? false)
    case 'surround-vote':
      return new SurroundVote(tools, deed.isReported ?? false)
    case 'wrong-head':
      return wrongHead(tools, deed.slotsBack ?? 1)
  }
}

async function refuse(): Promise<boolean> {
  return false
}
