import { basename } from 'node:path'

/**
 * The SHA-256 of a file in the text that `sha256sum` writes: lines of `<hex>  <file name>`, or the hex
 * alone. Undefined when the text has none for that file.
 */
export function parseChecksumFile(text: string, fileName: string): string | undefined {
  for (const line of text.split('\n')) {
    const match = /^([0-9a-fA-F]{64})(?:\s+\*?(\S.*))?$/.exec(line.trim())
    const [, sha256, name] = match ?? []
    if (sha256 && (name === undefined || basename(name) === fileName)) return sha256.toLowerCase()
  }
  return undefined
}
