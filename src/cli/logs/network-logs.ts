import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LogFile } from './log-file.ts'

/** A line that a process of a node has logged. */
export interface LogLine {
  readonly node: string
  /** Name of the log, which is that of the process. */
  readonly process: string
  readonly line: string
}

interface Source {
  readonly node: string
  readonly process: string
  readonly file: LogFile
}

/** The logs of the processes of a network, as the files in its directory; nobody has to run for it. */
export class NetworkLogs {
  readonly #directory: string
  readonly #nodes: readonly string[] | undefined
  readonly #sources = new Map<string, Source>()

  /** @param nodes - only of these nodes; undefined means all, also those that are added later */
  constructor(directory: string, nodes?: readonly string[]) {
    this.#directory = join(directory, 'nodes')
    this.#nodes = nodes
  }

  /** Names of the nodes that have a directory, in the order of their names. */
  async nodeNames(): Promise<string[]> {
    return (await readdir(this.#directory).catch(() => [])).sort()
  }

  /** The last lines of every log, log after log. */
  async readLast(count: number): Promise<LogLine[]> {
    return this.#readAll((file) => file.readLast(count))
  }

  /** What was logged since the last time, in new logs as well. */
  async readNew(): Promise<LogLine[]> {
    return this.#readAll((file) => file.readNew())
  }

  async #readAll(read: (file: LogFile) => Promise<string[]>): Promise<LogLine[]> {
    await this.#lookForFiles()
    const lines: LogLine[] = []
    for (const { node, process, file } of this.#sources.values())
      for (const line of await read(file)) lines.push({ node, process, line })
    return lines
  }

  async #lookForFiles(): Promise<void> {
    for (const node of this.#nodes ?? (await this.nodeNames())) {
      const logs = join(this.#directory, node, 'logs')
      const names = (await readdir(logs).catch(() => [])).filter((name) => name.endsWith('.log')).sort()
      for (const path of names.map((name) => join(logs, name))) {
        if (this.#sources.has(path)) continue
        this.#sources.set(path, { node, process: basename(path, '.log'), file: new LogFile(path) })
      }
    }
  }
}
