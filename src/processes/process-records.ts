import { mkdirSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { endProcessGroup } from './end-process-group.ts'
import { isSameProcess, processStartTime } from './process-identity.ts'

const recordSchema = z.object({
  pid: z.number().int().positive(),
  startTime: z.string(),
  title: z.string(),
})

export type ProcessRecord = z.infer<typeof recordSchema>

/**
 * The processes that belong to a network, one small file each in its directory, so that a later command
 * can end what a killed supervisor left behind. Pid and start time together name a process for good.
 */
export class ProcessRecords {
  readonly directory: string

  constructor(networkDirectory: string) {
    this.directory = join(networkDirectory, 'processes')
  }

  /** Synchronous, so that nothing can interrupt us between the spawn and the record. */
  add(pid: number, title: string): void {
    const startTime = processStartTime(pid)
    if (startTime === undefined) return
    mkdirSync(this.directory, { recursive: true, mode: 0o700 })
    const record: ProcessRecord = { pid, startTime, title }
    writeFileSync(this.#path(pid), JSON.stringify(record), { mode: 0o600 })
  }

  async remove(pid: number): Promise<void> {
    await rm(this.#path(pid), { force: true })
  }

  /** Records of processes that still run; files that cannot be read are skipped. */
  async alive(): Promise<ProcessRecord[]> {
    const files = await readdir(this.directory).catch(() => [])
    const records = await Promise.all(files.map((file) => readRecord(join(this.directory, file))))
    return records.filter((record) => record !== undefined).filter(isSameProcess)
  }

  /** Ends every recorded process that still runs and clears the records. Returns what was ended. */
  async reap(): Promise<ProcessRecord[]> {
    const orphans = await this.alive()
    await Promise.all(orphans.map(({ pid }) => endProcessGroup(pid, { deadlineMs: 10_000 })))
    await rm(this.directory, { recursive: true, force: true })
    return orphans
  }

  #path(pid: number): string {
    return join(this.directory, `${pid}.json`)
  }
}

async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}
