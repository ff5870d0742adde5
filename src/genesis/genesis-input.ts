import type { Manifest } from '../plan/manifest.ts'
import { GenesisInputError } from './errors.ts'
import { forkEpochs } from './fork-epochs.ts'
import { EFFECTIVE_BALANCE_INCREMENT_GWEI, EJECTION_BALANCE_GWEI } from './validator-balance.ts'

/** Timestamps up to the year 2106: what clients that keep Unix seconds in 32 bits can hold. */
const MAX_GENESIS_TIME = 2 ** 32 - 1

/**
 * Checks what would otherwise give a genesis that encodes, but that no client can run.
 *
 * @throws GenesisInputError
 */
export function assertGenesisInput({ chain, validators }: Manifest, genesisTime: number): void {
  demand('genesisTime', genesisTime, 'a time in whole Unix seconds before the year 2106', (time) =>
    isIntegerWithin(time, 1, MAX_GENESIS_TIME),
  )
  // Execution blocks carry their time in whole seconds.
  demand('slotDurationMs', chain.slotDurationMs, 'a multiple of 1000', (duration) =>
    isIntegerWithin(duration / 1000, 1, MAX_GENESIS_TIME),
  )
  demand('validators.count', validators.count, 'at least 1 validator', (count) =>
    isIntegerWithin(count, 1, Number.MAX_SAFE_INTEGER),
  )
  const minBalanceGwei = EJECTION_BALANCE_GWEI + EFFECTIVE_BALANCE_INCREMENT_GWEI
  demand(
    'validators.balanceGwei',
    validators.balanceGwei,
    `at least ${minBalanceGwei} (17 ETH), because validators with an effective balance of 16 ETH are ejected`,
    (balance) => isIntegerWithin(balance, minBalanceGwei, Number.MAX_SAFE_INTEGER),
  )
  forkEpochs(chain.forks)
}

function demand(field: string, value: number, expected: string, holds: (value: number) => boolean): void {
  if (!holds(value)) throw new GenesisInputError({ field, value, expected })
}

function isIntegerWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}
