import { z } from 'zod'
import { BaseError, messageOf } from '../errors.ts'

/** An error as JSON: over the control server, between our own processes, and in the `--json` output. */
export const wireErrorSchema = z.object({
  code: z.string(),
  category: z.enum(['options', 'start', 'check', 'runtime']),
  shortMessage: z.string(),
  metaMessages: z.array(z.string()),
  facts: z.record(z.string(), z.unknown()),
})
export type WireError = z.infer<typeof wireErrorSchema>

/** An error that happened in another process, with everything that it said there. */
export class RemoteError extends BaseError {
  constructor({ code, category, shortMessage, metaMessages, facts }: WireError) {
    super({ code, category, shortMessage, metaMessages, facts })
  }
}

/** Anything that was thrown, without stack and cause: these are for the process in which it happened. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof BaseError)) {
    return {
      code: 'internal',
      category: 'runtime',
      shortMessage: `Unexpected error: ${messageOf(error)}`,
      metaMessages: ['This is a defect of eth-localnet. With --debug it prints where it happened.'],
      facts: {},
    }
  }
  const { code, category, shortMessage, metaMessages, facts } = error
  return { code, category, shortMessage, metaMessages: [...metaMessages], facts: jsonFacts(facts) }
}

/** Facts hold whatever was observed; what JSON cannot say is left out rather than lost with all the rest. */
function jsonFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(facts).flatMap(([name, value]) => {
    try {
      const text = JSON.stringify(value)
      return text === undefined ? [] : [[name, JSON.parse(text)] as const]
    } catch {
      return []
    }
  })
  return Object.fromEntries(entries)
}
