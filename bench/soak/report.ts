import type { Figures } from './figures.ts'
import type { Tally } from './tally.ts'
import type { UsageRow } from './usage.ts'

/** All that was measured, as tables of rounded numbers; the same goes out as JSON. */
export function reportOf(measured: {
  readonly tally: Tally
  readonly usage: readonly UsageRow[]
  readonly problems: readonly string[]
  readonly minutes: number
}) {
  const { tally, usage, problems, minutes } = measured
  const { sides, importMs, participation, latestSlot, finalizedEpoch, reorgs } = tally
  return {
    minutes,
    latestSlot,
    finalizedEpoch,
    reorgs,
    blocks: sides,
    importMs: mapValues(importMs, (figures) => ({
      count: figures.count,
      median: rounded(figures.quantile(0.5)),
      p95: rounded(figures.quantile(0.95)),
    })),
    participation: mapValues(participation, (figures) => ({
      epochsSeen: figures.count,
      meanPercent: percent(figures.mean),
      minPercent: percent(figures.min),
    })),
    usage: usage.map((row) => ({
      ...row,
      cpuPercent: rounded(row.cpuPercent),
      rssMbEarly: rounded(row.rssMbEarly),
      rssMbLate: rounded(row.rssMbLate),
    })),
    problems,
  }
}

function mapValues<Key extends string, Out>(
  record: Record<Key, Figures>,
  map: (figures: Figures) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries<Figures>(record).map(([key, figures]) => [key, map(figures)]))
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : rounded(share * 100)
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10) / 10
}
