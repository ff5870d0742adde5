import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { NetworkFiles } from '../clients/client.ts'
import { acquireFileLock, type FileLock, FileLockTimeoutError } from '../processes/file-lock.ts'
import { type ProcessRecord, ProcessRecords } from '../processes/process-records.ts'
import { stateDirectory } from '../processes/state-directory.ts'
import { DirectoryError } from './errors.ts'
import { manifestFormatVersion, type SavedNetwork, savedNetworkSchema } from './saved-network.ts'

const lockTimeoutMs = 2_000
const networkFile = 'network.json'
const nodesFolder = 'nodes'
const lockName = 'lock'

/** The directory of one network, held by one process at a time. 0700: it holds keys. */
export class NetworkDirectory {
  readonly path: string
  readonly isTemporary: boolean
  readonly records: ProcessRecords
  readonly #lock: FileLock

  private constructor(path: string, isTemporary: boolean, lock: FileLock) {
    this.path = path
    this.isTemporary = isTemporary
    this.#lock = lock
    this.records = new ProcessRecords(path)
  }

  /**
   * Takes the directory, a new temporary one when no path is given, and ends processes that an earlier
   * holder left behind in it.
   *
   * @throws {DirectoryError} when another process has it, or it holds something else than a network.
   */
  static async claim(path?: string): Promise<NetworkDirectory> {
    const directory = path === undefined ? await mkdtemp(join(tmpdir(), 'eth-localnet-')) : resolve(path)
    if (path !== undefined) await refuseForeign(directory)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const lock = await lockDirectory(directory)
    const claimed = new NetworkDirectory(directory, path === undefined, lock)
    try {
      await claimed.records.reap()
      await register(claimed)
      return claimed
    } catch (error) {
      await claimed.release()
      throw error
    }
  }

  get files(): NetworkFiles {
    return {
      executionGenesisJson: join(this.path, 'genesis.json'),
      consensusGenesisSsz: join(this.path, 'genesis.ssz'),
      consensusConfigYaml: join(this.path, 'config.yaml'),
    }
  }

  /** The store that all embedded nodes share. */
  get embeddedStore(): string {
    return join(this.path, 'embedded-store')
  }

  /** What happened, one JSON object a line. */
  get historyFile(): string {
    return join(this.path, 'history.jsonl')
  }

  nodeDirectory(name: string): string {
    return join(this.path, nodesFolder, name)
  }

  /**
   * @returns undefined when no network was started here yet
   * @throws {DirectoryError} when the file is damaged, or missing beside the data of nodes
   */
  async load(): Promise<SavedNetwork | undefined> {
    const entries = await readdir(this.path)
    if (!entries.includes(networkFile)) {
      // A new genesis on top of the data of another chain would spoil both.
      if (entries.includes(nodesFolder)) throw this.#corrupt('missing')
      return undefined
    }
    let content: unknown
    try {
      content = JSON.parse(await readFile(join(this.path, networkFile), 'utf8'))
      return savedNetworkSchema.parse(content)
    } catch (cause) {
      throw this.#corrupt(
        isOfAnotherVersion(content) ? 'of another version of eth-localnet' : 'damaged',
        cause,
      )
    }
  }

  /** Replaces the file in one step: a crash leaves the old one or the new one. */
  async save(saved: SavedNetwork): Promise<void> {
    const path = join(this.path, networkFile)
    await writeFile(`${path}.new`, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }

  /**
   * Removes all that an earlier network left here.
   *
   * @throws {DirectoryError} when this is a directory of the user's, and what it holds cannot be told from
   * files of theirs.
   */
  async clear(): Promise<void> {
    const entries = await readdir(this.path)
    if (!entries.includes(networkFile)) return
    if (!this.path.startsWith(join(stateDirectory(), '/'))) await this.load()
    const old = entries.filter((entry) => entry !== lockName)
    await Promise.all(old.map((entry) => rm(join(this.path, entry), { recursive: true, force: true })))
  }

  /** Gives the directory back; a temporary one is deleted unless it is to be kept for its logs. */
  async release({ keep = false } = {}): Promise<void> {
    this.#lock.release()
    if (!this.isTemporary) return
    if (!keep) await rm(this.path, { recursive: true, force: true })
    // A registered temporary directory that nobody holds is deleted by the next command.
    await rm(registryFile(this.path), { force: true })
  }

  #corrupt(
    what: 'damaged' | 'missing' | 'of another version of eth-localnet',
    cause?: unknown,
  ): DirectoryError {
    return new DirectoryError('directory-corrupt', {
      directory: this.path,
      problem: `${networkFile} is ${what}, so the network in this directory cannot be continued.`,
      advice: 'Restore the file, or choose another directory. Nothing was changed.',
      cause,
    })
  }
}

const versionSchema = z.object({ manifest: z.object({ formatVersion: z.int() }) })

function isOfAnotherVersion(content: unknown): boolean {
  const { data } = versionSchema.safeParse(content)
  return data !== undefined && data.manifest.formatVersion !== manifestFormatVersion
}

const registryEntrySchema = z.object({ directory: z.string(), isTemporary: z.boolean() })

/** Directories of all networks that were started on this machine and still exist. */
export async function knownNetworkDirectories(): Promise<{ directory: string; isTemporary: boolean }[]> {
  const files = await readdir(registryDirectory()).catch(() => [])
  const whole = files.filter((file) => file.endsWith('.json'))
  const entries = await Promise.all(whole.map((file) => readEntry(join(registryDirectory(), file))))
  return entries.flat()
}

/** Processes of one network that its killed supervisor had left running. */
export interface ReapedNetwork {
  readonly directory: string
  readonly processes: readonly ProcessRecord[]
}

/** Ends what killed supervisors left running, deletes their temporary directories, and tells what was ended. */
export async function reapAbandonedNetworks(): Promise<ReapedNetwork[]> {
  const reaped: ReapedNetwork[] = []
  for (const { directory, isTemporary } of await knownNetworkDirectories()) {
    const lock = await acquireFileLock(join(directory, lockName), { timeoutMs: 0 }).catch(() => undefined)
    if (lock === undefined) continue
    const processes = await new ProcessRecords(directory).reap()
    lock.release()
    if (processes.length > 0) reaped.push({ directory, processes })
    if (!isTemporary) continue
    await rm(directory, { recursive: true, force: true })
    await rm(registryFile(directory), { force: true })
  }
  return reaped
}

async function readEntry(file: string) {
  try {
    const entry = registryEntrySchema.parse(JSON.parse(await readFile(file, 'utf8')))
    await readdir(entry.directory)
    return [entry]
  } catch {
    await rm(file, { force: true })
    return []
  }
}

async function register({ path, isTemporary }: NetworkDirectory): Promise<void> {
  await mkdir(registryDirectory(), { recursive: true, mode: 0o700 })
  const file = registryFile(path)
  // In one step: others take a file that they cannot read for a damaged one, and delete it.
  await writeFile(`${file}.new`, JSON.stringify({ directory: path, isTemporary }), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

function registryDirectory(): string {
  return join(stateDirectory(), 'registry')
}

function registryFile(directory: string): string {
  return join(
    registryDirectory(),
    `${createHash('sha256').update(directory).digest('hex').slice(0, 16)}.json`,
  )
}

async function lockDirectory(directory: string): Promise<FileLock> {
  try {
    return await acquireFileLock(join(directory, lockName), { timeoutMs: lockTimeoutMs })
  } catch (cause) {
    if (!(cause instanceof FileLockTimeoutError)) throw cause
    const { pid } = (cause.facts as { holder: { pid: number } }).holder
    throw new DirectoryError('directory-in-use', {
      directory,
      problem: `This directory is in use by another network (process ${pid}).`,
      advice:
        'Stop that network (`eth-localnet ps`, `eth-localnet down`), or choose another name or directory.',
      cause,
    })
  }
}

async function refuseForeign(directory: string): Promise<void> {
  const entries: string[] = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new DirectoryError('directory-foreign', {
      directory,
      problem: `This cannot be used as a directory: ${error.message}`,
      advice: 'Choose another one.',
      cause: error,
    })
  })
  const isNetwork = entries.length === 0 || entries.includes(networkFile) || entries.includes(lockName)
  if (isNetwork) return
  throw new DirectoryError('directory-foreign', {
    directory,
    problem: 'This directory holds other files than a network.',
    advice: 'Choose an empty or a new directory, or one that a network was started in before.',
  })
}
