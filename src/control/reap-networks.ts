import { knownNetworkDirectories, reapAbandonedNetworks } from '../network/network-directory.ts'
import { type ControlFile, isSupervisorAlive, readControlFile, removeControlFile } from './control-file.ts'

/** A network whose process ended without stopping it, and what was then done. */
export interface AbandonedNetwork {
  readonly name: string
  readonly directory: string
  /** The process that is gone; undefined when it was not our CLI. */
  readonly pid: number | undefined
  /** Titles of the processes that still ran and were ended, e.g. `node-0 geth`. */
  readonly ended: readonly string[]
}

/** Ends what processes that died left running, removes what they can no longer remove, and tells of both. */
export async function reapNetworks(): Promise<AbandonedNetwork[]> {
  const abandoned = await abandonedControlFiles()
  const reaped = await reapAbandonedNetworks()
  await Promise.all([...abandoned].map(([directory, { token }]) => removeControlFile(directory, token)))
  const directories = new Set([...abandoned.keys(), ...reaped.map(({ directory }) => directory)])
  return [...directories].map((directory) => {
    const file = abandoned.get(directory)
    const processes = reaped.find((network) => network.directory === directory)?.processes ?? []
    return {
      name: file?.name ?? directory,
      directory,
      pid: file?.pid,
      ended: processes.map(({ title }) => title),
    }
  })
}

async function abandonedControlFiles(): Promise<Map<string, ControlFile>> {
  const found = new Map<string, ControlFile>()
  for (const { directory } of await knownNetworkDirectories()) {
    const file = await readControlFile(directory)
    if (file !== undefined && !isSupervisorAlive(file)) found.set(directory, file)
  }
  return found
}
