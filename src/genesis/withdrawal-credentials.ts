import type { Hex, Manifest } from '../plan/manifest.ts'
import { genesisFork } from './fork-epochs.ts'
import { hexToBytes } from './hex.ts'
import { isCompounding } from './validator-balance.ts'

const ETH1_ADDRESS_WITHDRAWAL_PREFIX = 0x01
const COMPOUNDING_WITHDRAWAL_PREFIX = 0x02

/** What no node holds is withdrawn to nobody. */
const NOBODY: Hex = '0x0000000000000000000000000000000000000000'

/**
 * Withdrawal credentials of a validator, 32 bytes (`ETH1_ADDRESS_WITHDRAWAL_PREFIX` in the Capella and
 * `COMPOUNDING_WITHDRAWAL_PREFIX` in the Electra specification). Its withdrawals go where the fees of its
 * node go, so the prefunded accounts, whose balances people assert on, never change by themselves.
 */
export function withdrawalCredentials({ chain, validators, nodes }: Manifest, index: number): Uint8Array {
  const prefix = isCompounding(genesisFork(chain.forks), validators.balanceGwei)
    ? COMPOUNDING_WITHDRAWAL_PREFIX
    : ETH1_ADDRESS_WITHDRAWAL_PREFIX
  const holder = nodes.find(({ validators: { first, count } }) => index >= first && index < first + count)
  const address = holder?.feeRecipient ?? NOBODY
  return Uint8Array.from([prefix, ...new Uint8Array(11), ...hexToBytes(address)])
}
