import type { ChainConfig } from '@lodestar/config'
import { mainnetChainConfig, minimalChainConfig } from '@lodestar/config/configs'
import type { Manifest } from '../plan/manifest.ts'
import { depositContractAddress } from './deposit-contract.ts'
import { forkEpochs } from './fork-epochs.ts'
import { hexToBytes } from './hex.ts'

/** All forks that the configuration names, oldest first. */
const forksWithVersion = [
  'GENESIS',
  'ALTAIR',
  'BELLATRIX',
  'CAPELLA',
  'DENEB',
  'ELECTRA',
  'FULU',
  'GLOAS',
] as const

/**
 * First byte of a local network's phase 0 fork version; each later fork adds one. No public network and
 * no client's built-in configuration uses 0x80 to 0x87, and a client refuses a version it knows otherwise.
 */
const FIRST_VERSION_BYTE = 0x80

/**
 * The run-time configuration (consensus-specs `configs/`) of a network: the one of its preset, with the
 * forks, the slot duration, the genesis and the deposit contract of this chain.
 *
 * @param genesisTime Unix time in seconds.
 * @throws GenesisInputError when the fork schedule has no genesis.
 */
export function makeChainConfig({ chain, validators }: Manifest, genesisTime: number): ChainConfig {
  const { deneb, electra, fulu } = forkEpochs(chain.forks)
  return {
    ...(chain.preset === 'mainnet' ? mainnetChainConfig : minimalChainConfig),
    CONFIG_NAME: 'eth-localnet',
    TERMINAL_TOTAL_DIFFICULTY: 0n,
    MIN_GENESIS_ACTIVE_VALIDATOR_COUNT: validators.count,
    MIN_GENESIS_TIME: genesisTime,
    GENESIS_DELAY: 0,
    ...forkVersions(chain.chainId),
    ALTAIR_FORK_EPOCH: 0,
    BELLATRIX_FORK_EPOCH: 0,
    CAPELLA_FORK_EPOCH: 0,
    DENEB_FORK_EPOCH: deneb,
    ELECTRA_FORK_EPOCH: electra,
    FULU_FORK_EPOCH: fulu,
    GLOAS_FORK_EPOCH: Number.POSITIVE_INFINITY,
    SECONDS_PER_SLOT: chain.slotDurationMs / 1000,
    SLOT_DURATION_MS: chain.slotDurationMs,
    SECONDS_PER_ETH1_BLOCK: chain.slotDurationMs / 1000,
    // Finality is always an epoch old or more, so 0 means never.
    ...(chain.lateBlockReorgs ? {} : { REORG_MAX_EPOCHS_SINCE_FINALIZATION: 0 }),
    DEPOSIT_CHAIN_ID: chain.chainId,
    DEPOSIT_NETWORK_ID: chain.chainId,
    DEPOSIT_CONTRACT_ADDRESS: hexToBytes(depositContractAddress),
    // Blob limits stay what the forks themselves set; `mainnet`'s schedule is for its own epochs.
    BLOB_SCHEDULE: [],
  }
}

type ForkVersions = Record<`${(typeof forksWithVersion)[number]}_FORK_VERSION`, Uint8Array>

/** Versions that differ from fork to fork, and from chain to chain by the low three bytes of its id. */
function forkVersions(chainId: number): ForkVersions {
  const chainBytes = [chainId >>> 16, chainId >>> 8, chainId]
  return Object.fromEntries(
    forksWithVersion.map((fork, age) => [
      `${fork}_FORK_VERSION`,
      Uint8Array.of(FIRST_VERSION_BYTE + age, ...chainBytes),
    ]),
  ) as ForkVersions
}
