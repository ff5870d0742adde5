import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BaseError, messageOf } from '../../errors.ts'
import type { StartFailureEvidence } from './evidence.ts'

const fileName = 'start-failure.json'

const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  title: z.string().optional(),
  lastLines: z.array(z.string()).max(100),
  logFile: z.string().optional(),
})
const processFactsSchema = z.object({
  title: z.string(),
  logFile: z.string(),
  lastLines: z.array(z.string()),
})

/**
 * Leaves a note of why a network did not come up in its directory, for whoever looks there later. Options that
 * cannot be are no failure of what is there.
 */
export async function noteStartFailure(directory: string, error: unknown): Promise<void> {
  if (error instanceof BaseError && error.category === 'options') return
  const note = JSON.stringify(startFailureOf(error), null, 2)
  // The failure itself is worth more than the note: a full disk may be what it is about.
  await writeFile(join(directory, fileName), `${note}\n`, { mode: 0o600 }).catch(() => {})
}

export async function forgetStartFailure(directory: string): Promise<void> {
  await rm(join(directory, fileName), { force: true })
}

/** @returns undefined when the last start did not fail, or left no note. */
export async function readStartFailure(directory: string): Promise<StartFailureEvidence | undefined> {
  try {
    return failureSchema.parse(JSON.parse(await readFile(join(directory, fileName), 'utf8')))
  } catch {
    return undefined
  }
}

function startFailureOf(error: unknown): StartFailureEvidence {
  if (!(error instanceof BaseError)) return { code: 'internal', message: messageOf(error), lastLines: [] }
  const { code, shortMessage: message, facts, metaMessages } = error
  const process = processFactsSchema.safeParse(facts).data
  if (process !== undefined) return { code, message, ...process }
  return { code, message, lastLines: metaMessages.filter((line) => line !== '') }
}
