import type { Evidence, NodeEvidence } from '../evidence.ts'
import { answeringNodes } from './nodes.ts'
import { silentValidators } from './votes.ts'

/** Validators that have stake, by index. */
export interface Stake {
  readonly indices: readonly number[]
  /** Share of all active stake that these validators have, 0 to 1. */
  shareOf(indices: Iterable<number>): number
}

/** The active stake by effective balance; where the balances are not known, every validator counts the same. */
export function activeStake({ validators, chain }: Evidence): Stake {
  const balances = new Map<number, number>()
  if (validators === undefined) {
    for (let index = 0; index < chain.validatorCount; index++) balances.set(index, 1)
  }
  for (const { index, isActive, isSlashed, effectiveBalanceGwei } of validators ?? []) {
    if (isActive && !isSlashed) balances.set(index, effectiveBalanceGwei)
  }
  const total = [...balances.values()].reduce((sum, balance) => sum + balance, 0)
  return {
    indices: [...balances.keys()],
    shareOf(indices) {
      let sum = 0
      for (const index of new Set(indices)) sum += balances.get(index) ?? 0
      return total === 0 ? 0 : sum / total
    },
  }
}

/** Indices of the validators whose keys a node was given. */
export function heldBy({ held }: Pick<NodeEvidence, 'held'>): number[] {
  return Array.from({ length: held.count }, (_, i) => held.first + i)
}

/**
 * Validators that take no part: every node that has their keys is away, or a fault in force has silenced them,
 * and they were not seen to vote.
 */
export function offlineValidators(evidence: Evidence): number[] {
  const answering = answeringNodes(evidence)
  const away = evidence.nodes.filter((node) => !answering.includes(node))
  const offline = new Set(away.flatMap(heldBy))
  for (const node of answering) for (const index of heldBy(node)) offline.delete(index)
  for (const index of silencedValidators(evidence)) offline.add(index)
  return [...offline]
}

/** Validators that a fault is about and most of which did not vote: the fault alone would be no proof. */
export function silencedValidators(evidence: Evidence): number[] {
  const silent = new Set(silentValidators(evidence)?.indices)
  return evidence.faults.flatMap(({ validators }) => {
    const silenced = validators.filter((index) => silent.has(index))
    return silenced.length > validators.length / 2 ? silenced : []
  })
}

/** Finality needs votes of two thirds of the stake. */
export function isTooLittle(share: number): boolean {
  // Sums of shares are rounded: exactly two thirds is enough.
  return share < 2 / 3 - 1e-9
}
