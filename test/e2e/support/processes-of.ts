import { readdirSync, readFileSync } from 'node:fs'

/** Command lines of all processes of this machine that name a directory, whoever has started them. */
export function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLine(`/proc/${pid}/cmdline`))
    .filter((command) => command.includes(directory))
}

function commandLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return '' // It ended meanwhile.
  }
}
