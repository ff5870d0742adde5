import { join } from 'node:path'
import { type BinarySource, type ClientBinary, currentPlatform, type Platform } from './binary-source.ts'
import { cachePaths } from './cache-directory.ts'
import { type CacheCheck, checkCacheEntry } from './cache-entry.ts'
import type { FoundBinary } from './found-client.ts'

export interface CacheOptions {
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv
  /** @default this machine's */
  readonly platform?: Platform
  /** How thoroughly the cache is looked at. @default 'quick' */
  readonly check?: CacheCheck
}

/** The binaries in the cache, or why they are not there. */
export async function findInCache<Name extends string>(
  source: BinarySource<Name>,
  binaries: readonly ClientBinary<Name>[],
  { environment, platform = currentPlatform(), check = 'quick' }: CacheOptions,
): Promise<FoundBinary<Name>[] | string> {
  const { entry } = cachePaths(source, environment)
  const cached = await checkCacheEntry(source, entry, platform, check)
  if (cached.state === 'absent') return `nothing in ${entry}`
  if (cached.state === 'corrupt') return `${entry} is not usable: ${cached.reason}`
  return binaries.map(({ name }) => ({
    name,
    path: join(entry, name),
    version: source.version,
    origin: 'cache',
    isPinnedVersion: true,
    madeBy: cached.madeBy,
  }))
}
