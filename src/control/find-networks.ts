import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { knownNetworkDirectories } from '../network/network-directory.ts'
import { isFileLock, tryFileLock } from '../processes/file-lock.ts'
import { type ControlFile, isSupervisorAlive, readControlFile } from './control-file.ts'

/** A network that was started on this machine. */
export interface KnownNetwork {
  readonly name: string
  readonly directory: string
  /** How to ask the process that runs it; undefined when none does, or when that is not our CLI. */
  readonly control: ControlFile | undefined
  /** Process that has the directory. */
  readonly pid: number | undefined
}

/** A network with a process that can be asked. */
export interface RunningNetwork extends KnownNetwork {
  readonly control: ControlFile
}

/** All networks whose directory still exists, running or not, by name. */
export async function findKnownNetworks(): Promise<KnownNetwork[]> {
  const known = await knownNetworkDirectories()
  const networks = await Promise.all(known.map(({ directory }) => lookAt(directory)))
  return networks.sort((a, b) => (a.name < b.name ? -1 : 1))
}

export async function findRunningNetworks(): Promise<RunningNetwork[]> {
  return (await findKnownNetworks()).filter(isRunning)
}

export function isRunning(network: KnownNetwork): network is RunningNetwork {
  return network.control !== undefined
}

async function lookAt(directory: string): Promise<KnownNetwork> {
  const file = await readControlFile(directory)
  const control = file !== undefined && isSupervisorAlive(file) ? file : undefined
  const name = control?.name ?? (await savedName(directory)) ?? basename(directory)
  return { name, directory, control, pid: control?.pid ?? (await holderOf(directory)) }
}

/** Process that holds a directory, whether or not it can be asked: a test, for one, that uses the library. */
export async function holderOf(directory: string): Promise<number | undefined> {
  const outcome = await tryFileLock(join(directory, 'lock'))
  if (!isFileLock(outcome)) return outcome.pid
  outcome.release()
  return undefined
}

const savedSchema = z.object({ planned: z.object({ name: z.string() }) })

/** Name of the network that was started in a directory; undefined when none was. */
export async function savedName(directory: string): Promise<string | undefined> {
  try {
    return savedSchema.parse(JSON.parse(await readFile(join(directory, 'network.json'), 'utf8'))).planned.name
  } catch {
    return undefined
  }
}
