import { maxNodes } from './addresses.ts'

/** How large each option may be. Untrusted input stays bounded, and typing slips are caught early. */
export const limits = {
  nodes: maxNodes,
  validators: 100_000,
  accounts: 1000,
  weight: 1_000_000,
  /** EIP-155 signs with chainId * 2 + 36, which wallets written in JavaScript keep in a number. */
  chainId: Math.floor((Number.MAX_SAFE_INTEGER - 36) / 2),
  seed: 2 ** 32 - 1,
  epoch: 2 ** 32 - 1,
  /** Payload timestamps are whole seconds and must grow, so no slot is shorter (execution-apis `engine`). */
  slotDurationMs: { min: 1000, max: 60_000 },
  slotsPerEpoch: { min: 2, max: 64 },
  epochsPerSyncCommitteePeriod: { min: 1, max: 65_536 },
  /** From MIN_ACTIVATION_BALANCE, below which nobody is active, to MAX_EFFECTIVE_BALANCE_ELECTRA. */
  validatorBalanceGwei: { min: 32_000_000_000, max: 2_048_000_000_000 },
  balanceEther: 1_000_000_000,
  /** The last second of the year 9999. */
  genesisTime: 253_402_300_799,
  nameLength: 40,
} as const

/** Names of networks and nodes: they become directory names and command-line arguments. */
export const namePattern = /^[a-z0-9][a-z0-9-]{0,39}$/
export const nameRule = `1 to ${limits.nameLength} of a-z, 0-9 and -, not starting with -`
