import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import type { BinarySource } from './binary-source.ts'

/**
 * Where this package keeps what is expensive to make again: ETH_LOCALNET_CACHE, or `eth-localnet` in the
 * user's cache directory (XDG Base Directory Specification: a relative XDG_CACHE_HOME is ignored).
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.ETH_LOCALNET_CACHE) return resolve(environment.ETH_LOCALNET_CACHE)
  const xdg = environment.XDG_CACHE_HOME
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'eth-localnet')
}

/** The paths that belong to one version of one client in the cache. */
export interface CachePaths {
  /** `<cache>/clients/<client>/<version>`: the binaries and their manifest. */
  readonly entry: string
  readonly lock: string
  readonly buildLog: string
  /** Prefix of the folders in which an entry is prepared or discarded. */
  readonly temporaryPrefix: string
}

export function cachePaths({ client, version }: BinarySource, environment?: NodeJS.ProcessEnv): CachePaths {
  const entry = join(cacheDirectory(environment), 'clients', client, version)
  return {
    entry,
    lock: `${entry}.lock`,
    buildLog: `${entry}.build.log`,
    temporaryPrefix: `${entry}.tmp-`,
  }
}
