import { onTestFinished } from 'vitest'
import { NetworkDirectory } from '../../../src/network/network-directory.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'
import { examplePlan } from '../support/example-plan.ts'

/** Gives the test a state directory of its own, and takes it away afterwards. */
export function useOwnHome(): string {
  const temporary = temporaryDirectory()
  const before = process.env.ETH_LOCALNET_HOME
  process.env.ETH_LOCALNET_HOME = temporary.path
  onTestFinished(() => {
    if (before === undefined) delete process.env.ETH_LOCALNET_HOME
    else process.env.ETH_LOCALNET_HOME = before
    temporary[Symbol.dispose]()
  })
  return temporary.path
}

/** A network directory as a start leaves it before anything runs: held by this process, with a saved plan. */
export async function claimNetwork(directory: string, name: string): Promise<NetworkDirectory> {
  const claimed = await NetworkDirectory.claim(directory)
  const manifest = examplePlan({ name, nodes: 1, validators: 1, accounts: 0 })
  await claimed.save({
    formatVersion: 1,
    planned: manifest,
    manifest,
    genesisTime: 1_800_000_000,
    executionBlockHash: '0x00',
    genesisValidatorsRoot: '0x00',
    genesisBlockRoot: '0x00',
    unclean: [],
    ports: {},
  })
  return claimed
}
