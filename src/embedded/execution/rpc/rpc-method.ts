import type { z } from 'zod'
import { RpcError } from './rpc-error.ts'

/** Where a request came from, if it can be sent something later. */
export interface RpcSession {
  /** Sends a notification. */
  notify(method: string, params: unknown): void
  /** Registers what to do when the session ends. */
  onClose(cleanup: () => void): void
}

/** Answers a request with these parameters, or throws. The result must be JSON. */
export type RpcMethod = (params: readonly unknown[], session: RpcSession | undefined) => unknown

export type RpcMethods = Readonly<Record<string, RpcMethod>>

type Arguments<Schemas extends readonly z.ZodType[]> = {
  [Index in keyof Schemas]: z.output<Schemas[Index]>
}

/** A method from the schemas of its parameters and a handler that gets them parsed. */
export function method<const Schemas extends readonly z.ZodType[]>(
  schemas: Schemas,
  handler: (params: Arguments<Schemas>, session: RpcSession | undefined) => unknown,
): RpcMethod {
  return (params, session) => {
    if (params.length > schemas.length) {
      throw new RpcError('invalidParams', `too many arguments, want at most ${schemas.length}`)
    }
    const parsed = schemas.map((schema, index) => parseArgument(schema, params[index], index))
    return handler(parsed as Arguments<Schemas>, session)
  }
}

function parseArgument(schema: z.ZodType, value: unknown, index: number): unknown {
  // Clients send null for a parameter that they leave out.
  const result = schema.safeParse(value ?? undefined)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  const isMissing = value === undefined || value === null
  throw new RpcError(
    'invalidParams',
    isMissing
      ? `missing value for required argument ${index}`
      : `invalid argument ${index}${place}: ${issue?.message ?? 'not valid'}`,
  )
}
