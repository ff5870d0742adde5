import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isSameProcess } from '../processes/process-identity.ts'

const fileName = 'control.json'

const controlFileSchema = z.object({
  formatVersion: z.literal(1),
  name: z.string().max(100),
  /** The token goes to this address, so it can only be a loopback one, whoever wrote the file. */
  url: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/),
  token: z.string().regex(/^[0-9a-f]{64}$/),
  pid: z.int().positive(),
  /** Opaque: tells the process from a later one with the same pid. */
  startTime: z.string(),
  startedAt: z.iso.datetime(),
})

/** How the process that runs a network is found and asked: `control.json` in the network's directory. */
export type ControlFile = z.infer<typeof controlFileSchema>

/** Written in one step, and 0600: whoever can read it can stop the network. */
export async function writeControlFile(directory: string, content: ControlFile): Promise<void> {
  const path = join(directory, fileName)
  await writeFile(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** @returns undefined when there is none, or it is damaged: nobody can be reached by it. */
export async function readControlFile(directory: string): Promise<ControlFile | undefined> {
  try {
    return controlFileSchema.parse(JSON.parse(await readFile(join(directory, fileName), 'utf8')))
  } catch {
    return undefined
  }
}

/** Removes the file of one process; that of a process that has the directory since then stays. */
export async function removeControlFile(directory: string, token: string): Promise<void> {
  const found = await readControlFile(directory)
  if (found?.token === token) await rm(join(directory, fileName), { force: true })
}

export function isSupervisorAlive({ pid, startTime }: ControlFile): boolean {
  return isSameProcess({ pid, startTime })
}
