import type { Conduct } from '../conduct.ts'
import type { Deed } from '../deed.ts'
import { emptySlotConduct, offlineConduct } from './absence.ts'
import { doubleVoteConduct } from './double-vote.ts'
import { equivocatingBlockConduct } from './equivocating-block.ts'
import { heldBlockConduct } from './held-block.ts'
import type { MisconductTools } from './misconduct-tools.ts'
import { SurroundVoteConduct } from './surround-vote.ts'
import { wrongHeadConduct } from './wrong-head.ts'

/** How a validator that does this deed goes about its duties. */
export function makeConduct(deed: Deed, tools: MisconductTools): Conduct {
  const { time } = tools.chain
  switch (deed.kind) {
    case 'offline':
      return offlineConduct
    case 'empty-slot':
      return emptySlotConduct
    case 'late-block':
      return heldBlockConduct(tools, (slot) => time.startOfSlotMs(slot) + deed.byMs)
    case 'withheld-block': {
      const { untilSlot } = deed
      return heldBlockConduct(tools, () =>
        untilSlot === undefined ? undefined : time.startOfSlotMs(untilSlot),
      )
    }
    case 'equivocating-block':
      return equivocatingBlockConduct(tools, deed)
    case 'double-vote':
      return doubleVoteConduct(tools, deed.isReported ?? false)
    case 'surround-vote':
      return new SurroundVoteConduct(tools, deed.isReported ?? false)
    case 'wrong-head':
      return wrongHeadConduct(tools, deed.slotsBack ?? 1)
  }
}
