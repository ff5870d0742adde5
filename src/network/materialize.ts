import { writeFile } from 'node:fs/promises'
import { makeGenesis } from '../genesis/make-genesis.ts'
import type { Manifest } from '../plan/manifest.ts'
import { virtualGenesisTime } from '../plan/time.ts'
import type { NetworkDirectory } from './network-directory.ts'
import type { OnProgress } from './progress.ts'
import type { SavedNetwork } from './saved-network.ts'
import type { StartBudget } from './start-budget.ts'

/**
 * Turns a plan into the files of a new network: both genesis files and the consensus configuration. The
 * genesis time is chosen here unless the plan says it.
 */
export async function materialize(parameters: {
  manifest: Manifest
  directory: NetworkDirectory
  budget: StartBudget
  onProgress: OnProgress
  signal: AbortSignal
}): Promise<SavedNetwork> {
  const { manifest, directory, budget, onProgress, signal } = parameters
  const genesisTime = manifest.chain.genesisTime ?? (await chooseGenesisTime(manifest, budget))
  const { count } = manifest.validators
  onProgress({ stage: 'genesis', message: `making the genesis with ${count} validators` })
  const genesis = await makeGenesis(manifest, genesisTime, signal)
  const { executionGenesisJson, consensusGenesisSsz, consensusConfigYaml } = directory.files
  const mode = 0o600
  await writeFile(executionGenesisJson, genesis.executionGenesisJson, { mode })
  await writeFile(consensusGenesisSsz, genesis.genesisSsz, { mode })
  await writeFile(consensusConfigYaml, genesis.configYaml, { mode })
  const saved: SavedNetwork = {
    formatVersion: 1,
    planned: manifest,
    manifest,
    genesisTime,
    executionBlockHash: genesis.executionBlockHash,
    genesisValidatorsRoot: genesis.genesisValidatorsRoot,
    genesisBlockRoot: genesis.genesisBlockRoot,
    unclean: [],
    ports: {},
  }
  await directory.save(saved)
  return saved
}

async function chooseGenesisTime({ time }: Manifest, budget: StartBudget): Promise<number> {
  if (time === 'virtual') return virtualGenesisTime
  return Math.ceil((Date.now() + (await budget.allowMs())) / 1000)
}
