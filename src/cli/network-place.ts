import { join, resolve } from 'node:path'
import { findKnownNetworks, savedName } from '../control/find-networks.ts'
import type { NetworkOptions } from '../plan/options.ts'
import { stateDirectory } from '../processes/state-directory.ts'

/** Where a network is run, and from which options. */
export interface NetworkPlace {
  readonly name: string
  readonly directory: string
  /** To start with; none at all where a network is continued as it was. */
  readonly options: NetworkOptions
  /** Whether what an earlier network left in the directory is removed first. */
  readonly isFresh: boolean
  /** Whether the name was chosen here: then another one does as well. */
  readonly isNameFree: boolean
}

/** Name of a network that was given none. */
export const defaultName = 'localnet'

/** Directory of a named network. */
export function networkHome(name: string): string {
  return join(stateDirectory(), 'networks', name)
}

/**
 * Decides name and directory of a network that is to be started. A name or a directory stands for a network
 * that is kept; without either it is `localnet`, or the next number that no running network has, and begins
 * anew each time.
 *
 * @param request - `taken`: names that were found taken just now
 */
export async function choosePlace(request: {
  options: NetworkOptions
  dir: string | undefined
  isFresh: boolean
  taken: ReadonlySet<string>
}): Promise<NetworkPlace> {
  const { options, dir, isFresh, taken } = request
  const name = options.name
  if (dir === undefined && name === undefined) {
    const free = await freeName(taken)
    const directory = networkHome(free)
    return { name: free, directory, options: { ...options, name: free }, isFresh: true, isNameFree: true }
  }
  const directory = dir === undefined ? networkHome(name ?? defaultName) : resolve(dir)
  const before = isFresh ? undefined : await savedName(directory)
  const chosen = name ?? before ?? (await freeName(taken))
  const isContinued = before === chosen && hasNoOptionButName(options)
  return {
    name: chosen,
    directory,
    options: isContinued ? {} : { ...options, name: chosen },
    isFresh,
    isNameFree: false,
  }
}

async function freeName(taken: ReadonlySet<string>): Promise<string> {
  const networks = await findKnownNetworks()
  const running = networks.filter(({ pid }) => pid !== undefined).map(({ name }) => name)
  const used = new Set([...taken, ...running])
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? defaultName : `${defaultName}-${number}`
    if (!used.has(name)) return name
  }
}

function hasNoOptionButName(options: NetworkOptions): boolean {
  return Object.entries(options).every(([key, value]) => key === 'name' || value === undefined)
}
