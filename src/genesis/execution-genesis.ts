import type { ChainPlan, ForkName, Hex, Manifest } from '../plan/manifest.ts'
import { depositContractAddress, depositContractStorage } from './deposit-contract.ts'
import { depositContractCode } from './deposit-contract-code.ts'
import { forkEpochs } from './fork-epochs.ts'
import { systemContracts } from './system-contracts.ts'

/** What one account holds at genesis. Quantities are hex. */
interface GenesisAccount {
  readonly balance: Hex
  readonly nonce?: Hex
  readonly code?: Hex
  readonly storage?: Readonly<Record<Hex, Hex>>
}

/** Limits on the blobs of a block (EIP-7840). */
interface BlobParameters {
  readonly target: number
  readonly max: number
  readonly baseFeeUpdateFraction: number
}

/** Genesis of the execution layer in Geth's format, which other execution clients read as well. */
export interface ExecutionGenesis {
  readonly config: ReturnType<typeof executionConfig>
  readonly nonce: Hex
  readonly timestamp: Hex
  readonly extraData: Hex
  readonly gasLimit: Hex
  readonly difficulty: Hex
  readonly mixHash: Hex
  readonly coinbase: Hex
  readonly baseFeePerGas: Hex
  readonly alloc: Readonly<Record<Hex, GenesisAccount>>
}

/** What each consensus fork is called on the execution layer, where it has a time and a blob limit. */
const executionForks = {
  deneb: { name: 'cancun', blobs: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 } },
  electra: { name: 'prague', blobs: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 } },
  // Osaka itself leaves the limits alone; the forks that raise them (EIP-7892) are not scheduled.
  fulu: { name: 'osaka', blobs: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 } },
} as const satisfies Record<ForkName, { name: string; blobs: BlobParameters }>

const ZERO_HASH: Hex = `0x${'00'.repeat(32)}`
const ZERO_ADDRESS: Hex = `0x${'00'.repeat(20)}`

/** The gas limit that mainnet's clients aim for. */
const GAS_LIMIT = 60_000_000
/** INITIAL_BASE_FEE (EIP-1559): 1 gwei. */
const INITIAL_BASE_FEE_WEI = 1_000_000_000

/**
 * `genesis.json` of a network.
 *
 * @param genesisTime Unix time in seconds.
 * @throws GenesisInputError when the fork schedule has no genesis.
 */
export function makeExecutionGenesis({ chain, accounts }: Manifest, genesisTime: number): ExecutionGenesis {
  const alloc: Record<Hex, GenesisAccount> = {}
  for (const { address, code } of systemContracts) alloc[address] = { balance: '0x0', nonce: '0x1', code }
  alloc[depositContractAddress] = {
    balance: '0x0',
    nonce: '0x1',
    code: depositContractCode,
    storage: depositContractStorage(),
  }
  for (const { address, balanceWei } of accounts) {
    alloc[lowerCase(address)] = { balance: toHex(BigInt(balanceWei)) }
  }
  return {
    config: executionConfig(chain, genesisTime),
    nonce: '0x0',
    timestamp: toHex(genesisTime),
    extraData: '0x',
    gasLimit: toHex(GAS_LIMIT),
    difficulty: '0x0',
    mixHash: ZERO_HASH,
    coinbase: ZERO_ADDRESS,
    baseFeePerGas: toHex(INITIAL_BASE_FEE_WEI),
    alloc,
  }
}

function executionConfig(chain: ChainPlan, genesisTime: number) {
  const times: { cancunTime?: number; pragueTime?: number; osakaTime?: number } = {}
  const blobSchedule: Record<string, BlobParameters> = {}
  const epochs = forkEpochs(chain.forks)
  for (const [fork, { name, blobs }] of Object.entries(executionForks)) {
    const epoch = epochs[fork as ForkName]
    if (epoch === Number.POSITIVE_INFINITY) continue
    times[`${name}Time`] = forkTime(chain, genesisTime, epoch)
    blobSchedule[name] = blobs
  }
  return {
    chainId: chain.chainId,
    homesteadBlock: 0,
    eip150Block: 0,
    eip155Block: 0,
    eip158Block: 0,
    byzantiumBlock: 0,
    constantinopleBlock: 0,
    petersburgBlock: 0,
    istanbulBlock: 0,
    berlinBlock: 0,
    londonBlock: 0,
    mergeNetsplitBlock: 0,
    terminalTotalDifficulty: 0,
    shanghaiTime: 0,
    ...times,
    depositContractAddress,
    blobSchedule,
  }
}

/** Unix time at which an epoch starts. Forks of the genesis have time 0, as in the block-number forks. */
function forkTime({ slotsPerEpoch, slotDurationMs }: ChainPlan, genesisTime: number, epoch: number): number {
  return epoch === 0 ? 0 : genesisTime + (epoch * slotsPerEpoch * slotDurationMs) / 1000
}

function lowerCase(address: Hex): Hex {
  return `0x${address.slice(2).toLowerCase()}`
}

function toHex(quantity: number | bigint): Hex {
  return `0x${quantity.toString(16)}`
}
