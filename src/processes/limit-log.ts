import { copyFile, stat, truncate } from 'node:fs/promises'

const checkIntervalMs = 30_000
const maxBytes = 64 * 2 ** 20

/**
 * Keeps a log that another process appends to from growing for ever: past the limit its content moves to
 * `<log>.1` and it starts again. The writer has it open for appending, so it goes on at the new end; lines
 * written between the copy and the cut are lost.
 *
 * @returns a function that ends the watch
 */
export function limitLog(path: string): () => void {
  const timer = setInterval(() => {
    // A log that was deleted, or a full disk, must not end the network.
    rotateIfLarge(path, maxBytes).catch(() => {})
  }, checkIntervalMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** @returns whether it was too large */
export async function rotateIfLarge(path: string, maxBytes: number): Promise<boolean> {
  const { size } = await stat(path)
  if (size <= maxBytes) return false
  await copyFile(path, `${path}.1`)
  await truncate(path)
  return true
}
