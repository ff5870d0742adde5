import { chmod, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BinarySource, ClientRelease, Platform, ReleaseFile } from './binary-source.ts'
import { platformName } from './cache-entry.ts'
import { parseChecksumFile } from './checksum-file.ts'
import { type DownloadLimits, downloadFile, downloadText } from './download.ts'
import { DownloadError, WayUnavailableError } from './errors.ts'
import type { ProgressReporter } from './install-progress.ts'
import { unpackFile } from './unpack-file.ts'

const maxChecksumFileBytes = 64 * 1024

export interface InstallStep {
  readonly source: BinarySource
  /** Empty folder that gets the binaries. */
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
  readonly platform: Platform
  readonly progress: ProgressReporter
  readonly signal: AbortSignal | undefined
}

/**
 * Puts the binaries of the official release into a folder. Nothing that does not have the expected
 * SHA-256 is unpacked, made executable or kept.
 *
 * @returns the URLs.
 * @throws {WayUnavailableError} when there is no such release, or no checksum to hold it against.
 * @throws {DownloadError}
 */
export async function installRelease(step: InstallStep & DownloadLimits): Promise<string[]> {
  const { source, environment, platform } = step
  const files = source.release?.files(platform)
  if (!source.release || !files)
    throw new WayUnavailableError('release', `there is no official build for ${platformName(platform)}`)
  const baseUrl = (environment[source.release.baseUrlVariable] || source.release.baseUrl).replace(/\/+$/, '')
  const urls: string[] = []
  for (const file of files) {
    const url = `${baseUrl}/${file.path}`
    const sha256 = await expectedSha256(step, file, baseUrl)
    step.progress.begin('download', url)
    await fetchBinary(step, file, url, sha256)
    urls.push(url)
  }
  return urls
}

async function expectedSha256(
  { environment, signal, stallTimeoutMs }: InstallStep & DownloadLimits,
  { path, checksum }: ReleaseFile,
  baseUrl: ClientRelease['baseUrl'],
): Promise<string> {
  const fileName = basename(path)
  if (checksum.kind === 'pinned') return checksum.sha256
  if (checksum.kind === 'given') {
    const given = environment[checksum.environmentVariable]
    if (given && /^[0-9a-fA-F]{64}$/.test(given)) return given.toLowerCase()
    const how = given ? 'is not 64 hex digits' : `with its SHA-256 allows the download`
    throw new WayUnavailableError(
      'release',
      `no checksum of ${fileName} is published; ${checksum.environmentVariable} ${how}`,
    )
  }
  const url = `${baseUrl}/${checksum.path}`
  const text = await downloadText({
    url,
    signal,
    maxBytes: maxChecksumFileBytes,
    ...(stallTimeoutMs !== undefined && { stallTimeoutMs }),
  })
  const published = parseChecksumFile(text, fileName)
  if (published) return published
  throw new DownloadError({ url, failure: 'checksum', reason: `it has no SHA-256 of ${fileName}` })
}

async function fetchBinary(
  step: InstallStep & DownloadLimits,
  file: ReleaseFile,
  url: string,
  sha256: string,
): Promise<void> {
  const { directory, progress, signal, maxBytes, stallTimeoutMs } = step
  const downloaded = join(directory, `${file.binary}.download`)
  await downloadFile({
    url,
    destination: downloaded,
    sha256,
    signal,
    onBytes: (receivedBytes, totalBytes) => progress.countBytes(receivedBytes, totalBytes),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(stallTimeoutMs !== undefined && { stallTimeoutMs }),
  })
  const destination = join(directory, file.binary)
  if (file.pathInArchive === undefined) {
    await rename(downloaded, destination)
  } else {
    progress.begin('unpack', basename(file.path))
    await unpackFile({ archive: downloaded, pathInArchive: file.pathInArchive, destination, signal })
  }
  await chmod(destination, 0o755)
}
