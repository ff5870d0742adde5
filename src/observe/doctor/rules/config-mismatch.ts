import type { Rule } from '../diagnosis.ts'
import type { NodeEvidence } from '../evidence.ts'
import { listOf, namesOf } from '../reading/words.ts'

/**
 * Values of the configuration on which clients must agree to judge blocks and votes alike (consensus-specs
 * `configs/` and `presets/`). Forks have a rule of their own; names and limits of networking may differ.
 */
const consensusKeys = [
  'SECONDS_PER_SLOT',
  'SLOTS_PER_EPOCH',
  'MIN_ATTESTATION_INCLUSION_DELAY',
  'MIN_SEED_LOOKAHEAD',
  'MAX_SEED_LOOKAHEAD',
  'SLOTS_PER_HISTORICAL_ROOT',
  'EPOCHS_PER_SYNC_COMMITTEE_PERIOD',
  'SYNC_COMMITTEE_SIZE',
  'EPOCHS_PER_ETH1_VOTING_PERIOD',
  'EPOCHS_PER_HISTORICAL_VECTOR',
  'EPOCHS_PER_SLASHINGS_VECTOR',
  'MIN_VALIDATOR_WITHDRAWABILITY_DELAY',
  'SHARD_COMMITTEE_PERIOD',
  'SHUFFLE_ROUND_COUNT',
  'TARGET_COMMITTEE_SIZE',
  'MAX_COMMITTEES_PER_SLOT',
  'MAX_EFFECTIVE_BALANCE',
  'MAX_EFFECTIVE_BALANCE_ELECTRA',
  'EFFECTIVE_BALANCE_INCREMENT',
  'EJECTION_BALANCE',
  'BASE_REWARD_FACTOR',
  'INACTIVITY_SCORE_BIAS',
  'INACTIVITY_SCORE_RECOVERY_RATE',
  'MIN_PER_EPOCH_CHURN_LIMIT',
  'CHURN_LIMIT_QUOTIENT',
  'MIN_EPOCHS_TO_INACTIVITY_PENALTY',
  'PROPOSER_SCORE_BOOST',
  'MAX_BLOBS_PER_BLOCK',
  'MAX_BLOBS_PER_BLOCK_ELECTRA',
  'DEPOSIT_CHAIN_ID',
  'DEPOSIT_CONTRACT_ADDRESS',
] as const

/** Consensus clients run with different configurations. */
export const configMismatch: Rule = ({ nodes, chain }) => {
  const differences = consensusKeys.flatMap((key) => {
    const values = valuesOf(key, nodes)
    return values.length > 1 ? [{ key, values }] : []
  })
  const planned = Object.entries({
    SECONDS_PER_SLOT: chain.slotDurationMs / 1000,
    SLOTS_PER_EPOCH: chain.slotsPerEpoch,
  })
  const unlikePlan = planned.flatMap(([key, value]) =>
    valuesOf(key, nodes)
      .filter(
        (one) => one.value !== String(value) && !differences.some((difference) => difference.key === key),
      )
      .map((one) => `${key} is ${one.value} on ${namesOf(one.nodes)}, and ${value} in the plan.`),
  )
  if (differences.length === 0 && unlikePlan.length === 0) return undefined
  return {
    cause: 'config-mismatch',
    summary: `Consensus clients run with different configurations: ${listOf([...differences.map(({ key }) => key), ...unlikePlan.map((text) => text.split(' ')[0] ?? '')])}.`,
    evidence: [
      ...differences.map(
        ({ key, values }) =>
          `${key} is ${values.map(({ value, nodes }) => `${value} on ${namesOf(nodes)}`).join(', and ')}.`,
      ),
      ...unlikePlan,
    ],
    advice: [
      'Give all consensus clients the same `config.yaml` (it is in the network’s directory), and restart those that were given another: `eth-localnet restart <node>`.',
    ],
  }
}

/** What the nodes that know the key have, and which of them; the value that most have comes first. */
function valuesOf(key: string, nodes: readonly NodeEvidence[]) {
  const known = nodes.flatMap(({ name, consensus: { spec } }) => {
    const value = spec?.[key]
    return value === undefined ? [] : [{ name, value }]
  })
  return [...new Set(known.map(({ value }) => value))]
    .map((value) => ({ value, nodes: known.filter((one) => one.value === value) }))
    .sort((a, b) => b.nodes.length - a.nodes.length)
}
