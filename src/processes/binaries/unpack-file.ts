import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../errors.ts'
import { WayUnavailableError } from './errors.ts'

/** Takes one file out of a `.tar.gz` (by the system's tar) and deletes the archive. */
export async function unpackFile(args: {
  archive: string
  pathInArchive: string
  destination: string
  signal: AbortSignal | undefined
}): Promise<void> {
  const { archive, pathInArchive, destination, signal } = args
  const unpacked = `${archive}.unpacked`
  await mkdir(unpacked)
  // Loaded here, as it is a hundred files, and most networks start no program.
  const { execa } = await import('execa')
  const result = await execa('tar', ['-xzf', archive, '-C', unpacked, '--', pathInArchive], {
    stdin: 'ignore',
    reject: false,
    ...(signal && { cancelSignal: signal }),
  })
  signal?.throwIfAborted()
  if (result.failed)
    throw new WayUnavailableError('release', `unpacking ${pathInArchive} failed: ${messageOf(result)}`)
  await rename(join(unpacked, pathInArchive), destination)
  await rm(unpacked, { recursive: true })
  await rm(archive)
}
