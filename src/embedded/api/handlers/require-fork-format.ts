import type { ChainForkConfig } from '@lodestar/config'
import { isForkPostElectra } from '@lodestar/params'
import { BeaconApiError } from '../errors.ts'

/**
 * Attestations have another format since Electra. The request's Eth-Consensus-Version says in which format its
 * items are; their slots say in which they have to be.
 * @param formatOf the slot of an item, and whether it is in the format of Electra
 * @throws BeaconApiError 400
 */
export function requireForkFormat<Item>(
  config: ChainForkConfig,
  items: readonly Item[],
  formatOf: (item: Item) => readonly [slot: number, isElectra: boolean],
): void {
  const failures = items.flatMap((item, index) => {
    const [slot, isElectra] = formatOf(item)
    const fork = config.getForkName(slot)
    return isForkPostElectra(fork) === isElectra
      ? []
      : [{ index, message: `slot ${slot} is of the ${fork} fork` }]
  })
  if (failures.length === 0) return
  throw new BeaconApiError(400, 'Items are not of the fork that Eth-Consensus-Version names.', { failures })
}
