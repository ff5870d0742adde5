import { type BlockHeader, createBlockHeader } from '@ethereumjs/block'
import { Common, Hardfork, Mainnet, parseGethGenesisState } from '@ethereumjs/common'
import { genesisMPTStateRoot } from '@ethereumjs/mpt'
import type { ForkName } from '../plan/manifest.ts'
import type { ExecutionGenesis } from './execution-genesis.ts'

const hardforks = {
  deneb: Hardfork.Cancun,
  electra: Hardfork.Prague,
  fulu: Hardfork.Osaka,
} as const satisfies Record<ForkName, string>

/**
 * The header of the genesis block; its `hash()` is the one that execution clients compute from the same
 * `genesis.json`.
 *
 * @param fork The fork of the genesis, which decides the fields that the header has.
 */
export async function makeExecutionHeader(genesis: ExecutionGenesis, fork: ForkName): Promise<BlockHeader> {
  const { timestamp, gasLimit, baseFeePerGas } = genesis
  const stateRoot = await genesisMPTStateRoot(parseGethGenesisState(genesis))
  // Only the hardfork matters: a header does not contain its chain.
  const common = new Common({ chain: Mainnet, hardfork: hardforks[fork] })
  return createBlockHeader({ timestamp, gasLimit, baseFeePerGas, stateRoot }, { common })
}
