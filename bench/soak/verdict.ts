import type { LogCounts } from './log-counts.ts'
import type { Tally } from './tally.ts'
import type { UsageRow } from './usage.ts'

/** Memory that may come on top over the last three quarters: Prysm's own creeps up by a third and then stays. */
const growthMax = 1.5
const growthMbMax = 150
/** Shares of the slots and votes that a busy machine may cost. */
const missedShareMax = 0.01
const targetShareMin = 0.99
/** Epochs that finality may be behind the head at the end: two by the specification, one for the epoch begun. */
const finalityLagMax = 4

/** What is wrong after a soak, in sentences; nothing when all is well. */
export function findProblems(
  tally: Tally,
  logs: LogCounts,
  usage: readonly UsageRow[],
  slotsPerEpoch: number,
): string[] {
  const { embedded, process } = tally.sides
  const problems: string[] = []
  const demand = (isMet: boolean, problem: string) => {
    if (!isMet) problems.push(problem)
  }
  demand(embedded.refused === 0, `${embedded.refused} blocks of embedded nodes were not taken by processes`)
  demand(process.refused === 0, `${process.refused} blocks of processes were not taken by embedded nodes`)
  const missed = embedded.missed + process.missed
  const slots = Math.max(1, tally.latestSlot)
  demand(missed / slots <= missedShareMax, `${missed} of ${slots} slots were missed`)
  const target = tally.participation.target.mean ?? 0
  demand(target >= targetShareMin, `only ${(target * 100).toFixed(1)} % of the stake voted for the target`)
  const lag = Math.floor(tally.latestSlot / slotsPerEpoch) - tally.finalizedEpoch
  demand(lag <= finalityLagMax, `finality is ${lag} epochs behind the head`)
  demand(logs.invalidBlocks === 0, `embedded nodes found ${logs.invalidBlocks} blocks invalid`)
  demand(logs.rejectedMessages === 0, `embedded nodes rejected ${logs.rejectedMessages} messages`)
  demand(logs.peersDropped === 0, `embedded nodes dropped peers ${logs.peersDropped} times`)
  demand(
    logs.processErrors.length === 0,
    `processes logged errors: ${logs.processErrors.slice(0, 3).join('; ')}`,
  )
  for (const { program, rssMbEarly, rssMbLate } of usage) {
    const isFlat = rssMbLate <= Math.max(rssMbEarly * growthMax, rssMbEarly + growthMbMax)
    demand(isFlat, `${program} grew from ${rssMbEarly.toFixed(0)} to ${rssMbLate.toFixed(0)} MB`)
  }
  return problems
}
