import {
  type ChainConfig,
  type Common,
  type GethGenesis,
  Hardfork,
  parseGethGenesis,
} from '@ethereumjs/common'
import { bigIntMin } from '@ethereumjs/util'
import { BaseError, messageOf } from '../../../errors.ts'
import { FixedCommon } from './fixed-common.ts'
import type { LazyKzg } from './lazy-kzg.ts'

/** Execution-layer names of the forks deneb, electra and fulu. */
export const executionForks = ['cancun', 'prague', 'osaka'] as const
export type ExecutionFork = (typeof executionForks)[number]

/** The genesis file is not one that the embedded execution node can run. */
export class GenesisUnsupportedError extends BaseError {
  constructor(reason: string, cause?: unknown) {
    super({
      code: 'execution-genesis-unsupported',
      category: 'start',
      shortMessage: `The embedded execution node cannot start from this genesis: ${reason}`,
      metaMessages: ['It runs proof-of-stake chains that are at Cancun, Prague or Osaka from block 0 on.'],
      cause,
    })
  }
}

/** Which rules hold when, read from a Geth genesis file. */
export class ChainRules {
  readonly chainId: number
  readonly kzg: LazyKzg
  /** When forks begin that are later than genesis, in seconds, ascending; blob-parameter-only ones too. */
  readonly forkTimes: readonly number[]
  readonly #schedule: Common
  readonly #chain: ChainConfig
  readonly #byHardfork = new Map<string, FixedCommon>()

  constructor(genesis: GethGenesis, kzg: LazyKzg) {
    this.kzg = kzg
    try {
      const parsed = parseGethGenesis(genesis)
      // The library types hexadecimal strings of its own result more loosely than its constructor does.
      this.#chain = { ...parsed, name: parsed.name ?? 'eth-localnet' } as unknown as ChainConfig
      this.#schedule = new FixedCommon({ chain: this.#chain, hardfork: Hardfork.Cancun })
    } catch (error) {
      throw new GenesisUnsupportedError(messageOf(error), error)
    }
    this.chainId = Number(this.#schedule.chainId())
    this.forkTimes = forkTimesOf(genesis)
    const first = this.#schedule.getHardforkBy({ blockNumber: 0n, timestamp: BigInt(genesis.timestamp) })
    if (!this.#schedule.hardforkGteHardfork(first, Hardfork.Cancun)) {
      throw new GenesisUnsupportedError(`block 0 is at ${first}.`)
    }
  }

  /** The rules for a block of this timestamp, in seconds. The same object for all blocks of a fork. */
  commonAt(timestamp: bigint | number): FixedCommon {
    // The library compares times as floating-point numbers. No fork is later than those are exact.
    const exact = bigIntMin(BigInt(timestamp), BigInt(Number.MAX_SAFE_INTEGER))
    const hardfork = this.#schedule.getHardforkBy({ blockNumber: 0n, timestamp: exact })
    let common = this.#byHardfork.get(hardfork)
    if (common === undefined) {
      common = new FixedCommon({ chain: this.#chain, hardfork, customCrypto: { kzg: this.kzg } })
      this.#byHardfork.set(hardfork, common)
    }
    return common
  }

  /** The fork that names the Engine API's methods. Blob-parameter-only forks (EIP-7892) count as Osaka. */
  forkAt(timestamp: bigint | number): ExecutionFork {
    const common = this.commonAt(timestamp)
    if (common.gteHardfork(Hardfork.Osaka)) return 'osaka'
    return common.gteHardfork(Hardfork.Prague) ? 'prague' : 'cancun'
  }
}

function forkTimesOf({ config, timestamp }: GethGenesis): number[] {
  const times = Object.entries(config).flatMap(([name, value]) =>
    name.endsWith('Time') && Number(value) > Number(timestamp) ? [Number(value)] : [],
  )
  return [...new Set(times)].toSorted((a, b) => a - b)
}
