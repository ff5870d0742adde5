import { shortRoot } from '../../network/errors.ts'
import type { SlotRecord } from '../../observe/history-record.ts'
import type { Output } from '../output.ts'

type Slot = Omit<SlotRecord, 'type' | 'timeMs'>

/** One slot on one line; what is out of the ordinary is coloured. */
export function slotLine(report: Slot, style: Output['style']): string {
  const { slot, epoch, nodesAtHead, nodesRunning } = report
  const heads = `heads ${nodesAtHead}/${nodesRunning}`
  return [
    `slot ${String(slot).padStart(5)}`,
    `epoch ${String(epoch).padStart(4)}`,
    blockText(report, style),
    nodesAtHead < nodesRunning ? style('yellow', heads) : heads,
    style('dim', `justified ${report.justifiedEpoch ?? '-'}`),
    style('dim', `finalized ${report.finalizedEpoch ?? '-'}`),
  ].join('  ')
}

/** As wide as the longest of its forms with short names, so that the lines stay aligned. */
const blockWidth = 32

function blockText({ blockRoot, proposerIndex, proposerNode, headRoot }: Slot, style: Output['style']) {
  if (blockRoot !== undefined) {
    const proposer = `by ${proposerIndex ?? '?'} (${proposerNode ?? 'a removed node'})`
    return `${shortRoot(blockRoot)}  ${proposer}`.padEnd(blockWidth)
  }
  const text = headRoot === undefined ? 'no node answers' : `missed, head ${shortRoot(headRoot)}`
  return style('yellow', text.padEnd(blockWidth))
}
