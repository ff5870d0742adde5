/** EFFECTIVE_BALANCE_INCREMENT: the same in every preset. */
export const GWEI_PER_INCREMENT = 1_000_000_000

/** `get_total_balance` of the active and unslashed validators, in increments: never less than one. */
export function totalIncrements(votingIncrements: Uint16Array): number {
  let total = 0
  for (const increments of votingIncrements) total += increments
  return Math.max(1, total)
}

/**
 * `calculate_committee_fraction`: a percentage of the average weight of one slot's committees, in Gwei.
 * Rounded down twice, as the specification does; a big integer, because Gwei need not fit into a double.
 */
export function committeeFractionGwei(total: number, slotsPerEpoch: number, percent: number): bigint {
  const committeeWeightGwei = incrementsToGwei(total) / BigInt(slotsPerEpoch)
  return (committeeWeightGwei * BigInt(percent)) / 100n
}

export function incrementsToGwei(increments: number): bigint {
  return BigInt(increments) * BigInt(GWEI_PER_INCREMENT)
}
