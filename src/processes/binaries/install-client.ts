import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { BaseError, messageOf } from '../../errors.ts'
import { acquireFileLock } from '../file-lock.ts'
import { type BinarySource, currentPlatform } from './binary-source.ts'
import { buildWithGo } from './build-with-go.ts'
import { type CachePaths, cachePaths } from './cache-directory.ts'
import { commitCacheEntry } from './cache-entry.ts'
import type { DownloadLimits } from './download.ts'
import {
  ClientInstallError,
  GoBuildError,
  type LookupNote,
  MissingClientError,
  WayUnavailableError,
} from './errors.ts'
import { lookUpClient } from './find-client.ts'
import { type CacheOptions, findInCache } from './find-in-cache.ts'
import { type FoundClient, type InstallWay, toFoundClient } from './found-client.ts'
import { type InstallProgress, ProgressReporter } from './install-progress.ts'
import { type InstallStep, installRelease } from './install-release.ts'
import { packageRoot } from './package-root.ts'
import { readVersion } from './read-version.ts'

export interface InstallClientOptions extends CacheOptions {
  readonly signal?: AbortSignal
  /** Called at each change of phase and at least once a second. */
  readonly onProgress?: (progress: InstallProgress) => void
  /** Ways to try, in this order. @default ['release', 'go-build'] */
  readonly ways?: readonly InstallWay[]
  readonly limits?: DownloadLimits
  /** Folder with the pinned Go modules. @default this package's `clients/` */
  readonly modulesDirectory?: string
  /** How a program is asked for its version. @default by running it */
  readonly readVersion?: typeof readVersion
}

/**
 * Makes sure that the cache has the pinned version of a client: from its official release, or else built
 * from pinned sources. Of several processes that want it at once one does it and the others wait.
 *
 * @throws {MissingClientError} when there is no way to get it on this machine.
 * @throws {ClientInstallError} when it was tried and failed.
 * @throws {FileLockTimeoutError} when another process takes too long to install it.
 * @throws the signal's reason when aborted; nothing half-done is left.
 */
export async function installClient<Name extends string>(
  source: BinarySource<Name>,
  options: InstallClientOptions = {},
): Promise<FoundClient<Name>> {
  const { signal, environment } = options
  signal?.throwIfAborted()
  const cached = await findCached(source, options)
  if (cached) return cached
  const paths = cachePaths(source, environment)
  using progress = new ProgressReporter(source, options.onProgress)
  try {
    await mkdir(dirname(paths.entry), { recursive: true, mode: 0o700 })
    using _lock = await acquireFileLock(paths.lock, {
      ...(signal && { signal }),
      onWait: ({ pid }) => progress.begin('wait', `(pid ${pid})`),
    })
    const madeByOther = await findCached(source, options)
    if (madeByOther) return madeByOther
    await removeLeftovers(paths)
    return await makeEntry(source, options, paths, progress)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof BaseError) throw error
    // Such as a full disk, or a cache folder that cannot be written.
    const notes = [{ place: paths.entry, result: messageOf(error) }]
    throw new ClientInstallError({ source, notes, cause: error })
  }
}

async function findCached<Name extends string>(
  source: BinarySource<Name>,
  options: InstallClientOptions,
): Promise<FoundClient<Name> | undefined> {
  const binaries = await findInCache(source, source.binaries, options)
  return typeof binaries === 'string' ? undefined : toFoundClient(source, binaries)
}

/** What an earlier attempt left that was killed. Only for the holder of the lock: nobody else is at work. */
async function removeLeftovers({ temporaryPrefix }: CachePaths): Promise<void> {
  const parent = dirname(temporaryPrefix)
  for (const name of await readdir(parent))
    if (name.startsWith(basename(temporaryPrefix)))
      await rm(join(parent, name), { recursive: true, force: true })
}

interface FailedWay {
  readonly way: InstallWay
  readonly error: BaseError
}

async function makeEntry<Name extends string>(
  source: BinarySource<Name>,
  options: InstallClientOptions,
  paths: CachePaths,
  progress: ProgressReporter,
): Promise<FoundClient<Name>> {
  const failures: FailedWay[] = []
  for (const way of options.ways ?? ['release', 'go-build']) {
    const last = failures.at(-1)
    if (last) progress.begin('fallback', `${last.way}: ${last.error.shortMessage}`)
    try {
      await makeBy(way, source, options, paths, progress)
      const made = await findCached(source, options)
      if (!made) throw new WayUnavailableError(way, `${paths.entry} was changed while it was installed`)
      progress.begin('done', paths.entry)
      return made
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof BaseError)) throw error
      failures.push({ way, error })
    }
  }
  throw await installationError(source, options, failures)
}

async function makeBy(
  way: InstallWay,
  source: BinarySource,
  options: InstallClientOptions,
  paths: CachePaths,
  progress: ProgressReporter,
): Promise<void> {
  const { environment = process.env, platform = currentPlatform(), signal, limits } = options
  const directory = await mkdtemp(paths.temporaryPrefix)
  const step: InstallStep = { source, directory, environment, platform, progress, signal }
  try {
    const madeFrom =
      way === 'release'
        ? await installRelease({ ...step, ...limits })
        : await buildWithGo({
            ...step,
            modulesDirectory: options.modulesDirectory ?? join(packageRoot(), 'clients'),
            logPath: paths.buildLog,
          })
    await checkVersions(way, step, options.readVersion ?? readVersion)
    await commitCacheEntry({
      source,
      platform,
      prepared: directory,
      entry: paths.entry,
      madeBy: way,
      madeFrom,
    })
  } finally {
    // Retried, as a compiler that was just killed may still have put a file there.
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** A binary for another C library or processor is found out here, not when a network starts. */
async function checkVersions(
  way: InstallWay,
  { source, directory, progress, signal }: InstallStep,
  ask: typeof readVersion,
): Promise<void> {
  for (const binary of source.binaries) {
    progress.begin('check', binary.name)
    const answer = await ask(binary, join(directory, binary.name), signal)
    if ('problem' in answer) throw new WayUnavailableError(way, answer.problem)
    if (answer.version !== source.version)
      throw new WayUnavailableError(way, `it gives ${binary.name} ${answer.version}, not ${source.version}`)
  }
}

async function installationError(
  source: BinarySource,
  options: InstallClientOptions,
  failures: readonly FailedWay[],
): Promise<BaseError> {
  const tried: LookupNote[] = failures.map(({ way, error }) => ({ place: way, result: error.shortMessage }))
  const errors = failures.map(({ error }) => error)
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors, 'every way failed')
  const buildError = errors.find((error) => error instanceof GoBuildError)
  if (buildError) return new ClientInstallError({ source, notes: tried, log: buildError.log, cause })
  const { notes } = await lookUpClient(source, options).catch(() => ({ notes: [] }))
  return new MissingClientError({ source, notes: [...notes, ...tried], cause })
}
