import { createChainForkConfig } from '@lodestar/config'
import type { Manifest } from '../plan/manifest.ts'
import { type GenesisValidator, genesisBlockRoot, makeBeaconState } from './beacon-state.ts'
import { makeChainConfig } from './chain-config.ts'
import { makeConfigYaml } from './config-yaml.ts'
import { makeExecutionGenesis } from './execution-genesis.ts'
import { makeExecutionHeader } from './execution-header.ts'
import { toExecutionPayloadHeader } from './execution-payload-header.ts'
import { genesisFork } from './fork-epochs.ts'
import type { GenesisFiles } from './genesis-files.ts'
import { assertGenesisInput } from './genesis-input.ts'
import { bytesToHex } from './hex.ts'
import { effectiveBalanceGwei } from './validator-balance.ts'
import { validatorPublicKey, validatorSecretKeys } from './validator-keys.ts'
import { withdrawalCredentials } from './withdrawal-credentials.ts'

/**
 * The genesis of both layers, in this thread: `activatePreset` must have run before this module is loaded.
 * The same manifest and time give the same bytes.
 *
 * @param genesisTime Unix time in seconds.
 * @throws GenesisInputError
 */
export async function buildGenesis(manifest: Manifest, genesisTime: number): Promise<GenesisFiles> {
  assertGenesisInput(manifest, genesisTime)
  const fork = genesisFork(manifest.chain.forks)
  const config = makeChainConfig(manifest, genesisTime)
  const executionGenesis = makeExecutionGenesis(manifest, genesisTime)
  const executionHeader = await makeExecutionHeader(executionGenesis, fork)
  const state = makeBeaconState({
    fork,
    config: createChainForkConfig(config),
    genesisTime,
    validators: genesisValidators(manifest),
    executionPayloadHeader: toExecutionPayloadHeader(executionHeader),
  })
  return {
    executionGenesisJson: `${JSON.stringify(executionGenesis, null, 2)}\n`,
    configYaml: makeConfigYaml(manifest.chain, config),
    genesisSsz: state.serialize(),
    executionBlockHash: bytesToHex(executionHeader.hash()),
    genesisValidatorsRoot: bytesToHex(state.genesisValidatorsRoot),
    genesisStateRoot: bytesToHex(state.hashTreeRoot()),
    genesisBlockRoot: bytesToHex(genesisBlockRoot(state)),
  }
}

function genesisValidators(manifest: Manifest): GenesisValidator[] {
  const { keys, count, balanceGwei } = manifest.validators
  const fork = genesisFork(manifest.chain.forks)
  return validatorSecretKeys(keys, 0, count).map((secretKey, index) => ({
    publicKey: validatorPublicKey(secretKey),
    withdrawalCredentials: withdrawalCredentials(manifest, index),
    balanceGwei,
    effectiveBalanceGwei: effectiveBalanceGwei(fork, balanceGwei),
  }))
}
