import type { ForkName } from '../plan/manifest.ts'

/** EFFECTIVE_BALANCE_INCREMENT of both presets. */
export const EFFECTIVE_BALANCE_INCREMENT_GWEI = 1_000_000_000
/** EJECTION_BALANCE of both configs: validators at or below it leave at the next epoch. */
export const EJECTION_BALANCE_GWEI = 16_000_000_000
/** MIN_ACTIVATION_BALANCE, and before Electra MAX_EFFECTIVE_BALANCE. */
const MIN_ACTIVATION_BALANCE_GWEI = 32_000_000_000
/** MAX_EFFECTIVE_BALANCE_ELECTRA, for compounding validators. */
const MAX_EFFECTIVE_BALANCE_ELECTRA_GWEI = 2_048_000_000_000

/**
 * Whether a genesis validator has compounding (0x02) withdrawal credentials: only where it must, so that
 * more than 32 ETH count as stake (EIP-7251). At 32 ETH or less the usual 0x01 pays rewards out.
 */
export function isCompounding(fork: ForkName, balanceGwei: number): boolean {
  return fork !== 'deneb' && balanceGwei > MIN_ACTIVATION_BALANCE_GWEI
}

/** The effective balance of a genesis validator, in gwei (`get_max_effective_balance`, Electra). */
export function effectiveBalanceGwei(fork: ForkName, balanceGwei: number): number {
  const maxGwei = isCompounding(fork, balanceGwei)
    ? MAX_EFFECTIVE_BALANCE_ELECTRA_GWEI
    : MIN_ACTIVATION_BALANCE_GWEI
  return Math.min(balanceGwei - (balanceGwei % EFFECTIVE_BALANCE_INCREMENT_GWEI), maxGwei)
}
