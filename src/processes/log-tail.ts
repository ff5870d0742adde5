import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const tailBytes = 16 * 1024
// Clients colour their logs even into files; an error message must not carry terminal codes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
const terminalCodes = /\u001b\[[0-9;?]*[A-Za-z]/g

/** The last lines of a log file, without terminal codes; empty when there is no file. */
export function lastLogLines(path: string, count = 12): string[] {
  const text = readTail(path)
  return text
    .replace(terminalCodes, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
}

function readTail(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return ''
  }
  try {
    const { size } = fstatSync(file)
    const length = Math.min(size, tailBytes)
    const buffer = Buffer.alloc(length)
    readSync(file, buffer, 0, length, size - length)
    return buffer.toString('utf8')
  } finally {
    closeSync(file)
  }
}
