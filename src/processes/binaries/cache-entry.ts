import { open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import type { BinarySource, Platform } from './binary-source.ts'
import { fileSha256 } from './file-hash.ts'
import type { InstallWay } from './found-client.ts'

const manifestSchema = z.object({
  formatVersion: z.literal(1),
  client: z.string(),
  version: z.string(),
  /** e.g. `linux-amd64`: a home directory can be shared by machines of several kinds. */
  platform: z.string(),
  madeBy: z.enum(['release', 'go-build']),
  /** URLs of the downloads, or the Go version and the packages built with it. */
  madeFrom: z.array(z.string()),
  installedAt: z.string(),
  binaries: z.record(
    z.string(),
    z.object({
      sizeBytes: z.number().int().nonnegative(),
      modifiedMs: z.number().int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})

export type CacheManifest = z.infer<typeof manifestSchema>

export type CacheState =
  | { readonly state: 'absent' }
  | { readonly state: 'corrupt'; readonly reason: string }
  | { readonly state: 'usable'; readonly madeBy: InstallWay }

/**
 * How thoroughly to look at a cached binary. `quick` compares size and modification time, and reads the
 * file only when the time differs (as it does in a restored or copied cache); `sha256` always reads it.
 */
export type CacheCheck = 'quick' | 'sha256'

/** Whether an entry of the cache holds what was put there, for this client and this platform. */
export async function checkCacheEntry(
  source: BinarySource,
  directory: string,
  platform: Platform,
  check: CacheCheck,
): Promise<CacheState> {
  const manifest = await readManifest(directory)
  if (manifest === undefined) return { state: 'absent' }
  if (typeof manifest === 'string') return { state: 'corrupt', reason: manifest }
  const wanted = platformName(platform)
  if (manifest.client !== source.client || manifest.version !== source.version)
    return { state: 'corrupt', reason: `it holds ${manifest.client} ${manifest.version}` }
  if (manifest.platform !== wanted) return { state: 'corrupt', reason: `it is for ${manifest.platform}` }
  for (const { name } of source.binaries) {
    const reason = await findDamage(join(directory, name), manifest.binaries[name], check)
    if (reason) return { state: 'corrupt', reason: `${name} ${reason}` }
  }
  return { state: 'usable', madeBy: manifest.madeBy }
}

async function readManifest(directory: string): Promise<CacheManifest | string | undefined> {
  let text: string
  try {
    text = await readFile(manifestPath(directory), 'utf8')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : messageOf(error)
  }
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch {
    return 'its manifest.json is damaged'
  }
}

async function findDamage(
  path: string,
  recorded: CacheManifest['binaries'][string] | undefined,
  check: CacheCheck,
): Promise<string | undefined> {
  if (!recorded) return 'is not in the manifest'
  const file = await stat(path).catch(() => undefined)
  if (!file?.isFile()) return 'is gone'
  if (file.size !== recorded.sizeBytes) return `has ${file.size} bytes instead of ${recorded.sizeBytes}`
  const isTimeAsRecorded = modifiedMsOf(file) === recorded.modifiedMs
  if (isTimeAsRecorded && check === 'quick') return undefined
  if ((await fileSha256(path)) !== recorded.sha256) return 'has another SHA-256 than when it was installed'
  // The same bytes under another time: put the time back, so that the next look is quick again.
  if (!isTimeAsRecorded) await utimes(path, file.atime, new Date(recorded.modifiedMs)).catch(() => {})
  return undefined
}

/**
 * Makes a prepared folder the cache's entry, at one stroke: writes its manifest, then renames it into
 * place. What was there before is renamed away first, so that no moment has half an entry.
 */
export async function commitCacheEntry(args: {
  source: BinarySource
  platform: Platform
  prepared: string
  entry: string
  madeBy: InstallWay
  madeFrom: readonly string[]
}): Promise<void> {
  const { source, platform, prepared, entry, madeBy, madeFrom } = args
  const binaries: CacheManifest['binaries'] = {}
  for (const { name } of source.binaries) {
    const path = join(prepared, name)
    await flushToDisk(path)
    const file = await stat(path)
    binaries[name] = { sizeBytes: file.size, modifiedMs: modifiedMsOf(file), sha256: await fileSha256(path) }
  }
  const manifest: CacheManifest = {
    formatVersion: 1,
    client: source.client,
    version: source.version,
    platform: platformName(platform),
    madeBy,
    madeFrom: [...madeFrom],
    installedAt: new Date().toISOString(),
    binaries,
  }
  await writeFile(manifestPath(prepared), `${JSON.stringify(manifest, undefined, 2)}\n`)
  const discarded = `${prepared}-discarded`
  await rename(entry, discarded).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(prepared, entry)
  await rm(discarded, { recursive: true, force: true })
}

/** Rounded, not cut: setting a time goes through seconds as a float, which can fall short of the millisecond. */
function modifiedMsOf({ mtimeMs }: { readonly mtimeMs: number }): number {
  return Math.round(mtimeMs)
}

/** Without it a power cut after the rename can leave an entry whose binaries are empty. */
async function flushToDisk(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

function manifestPath(directory: string): string {
  return join(directory, 'manifest.json')
}

export function platformName({ os, arch }: Platform): string {
  return `${os}-${arch}`
}
