import { z } from 'zod'

/** Methods of the Engine API, without their versions, that an execution client can be made to fail at. */
export const engineMethods = ['newPayload', 'forkchoiceUpdated', 'getPayload'] as const
export type EngineMethod = (typeof engineMethods)[number]

const methods = z
  .array(z.enum(engineMethods, engineMethods.join(', ')))
  .min(1, 'at least one')
  .optional()
/** What `getPayload` answers has no status. */
const statusMethods = z
  .array(z.enum(['newPayload', 'forkchoiceUpdated'], 'newPayload, forkchoiceUpdated'))
  .min(1, 'at least one')
  .optional()
const delayMsMax = 60_000

/**
 * What an execution client answers its consensus client with, in place of the truth. Plain data. Methods that
 * are not named are answered as ever; by default all are meant that the kind makes sense for.
 */
export const engineFaultSchema = z.discriminatedUnion('kind', [
  /** "I do not have the chain": `newPayload` and `forkchoiceUpdated`. */
  z.strictObject({ kind: z.literal('syncing'), methods: statusMethods }),
  /** "The payload is invalid": `newPayload` and, when named, `forkchoiceUpdated`. */
  z.strictObject({ kind: z.literal('invalid'), methods: statusMethods }),
  /** The truth, but so late. */
  z.strictObject({
    kind: z.literal('slow'),
    delayMs: z.int('a whole number').min(1, '1 or more').max(delayMsMax, `at most ${delayMsMax}`),
    methods,
  }),
  /** No answer at all, as long as it lasts. */
  z.strictObject({ kind: z.literal('silent'), methods }),
])
export type EngineFault = z.infer<typeof engineFaultSchema>

const defaultMethods: Readonly<Record<EngineFault['kind'], readonly EngineMethod[]>> = {
  syncing: ['newPayload', 'forkchoiceUpdated'],
  invalid: ['newPayload'],
  slow: engineMethods,
  silent: engineMethods,
}

/** The faults in force on one node's Engine API; of several that fit, the last one counts. */
export class EngineFaults {
  readonly #faults = new Map<string, EngineFault>()

  /** Puts a fault in force, or ends it. */
  set(id: string, fault: EngineFault | undefined): void {
    if (fault === undefined) this.#faults.delete(id)
    else this.#faults.set(id, fault)
  }

  /** @param method with or without `engine_` and its version */
  find(method: string): { readonly id: string; readonly fault: EngineFault } | undefined {
    const name = method.replace(/^engine_/, '').replace(/V\d+$/, '')
    const fits = [...this.#faults].filter(([, fault]) => methodsOf(fault).some((one) => one === name))
    const [id, fault] = fits.at(-1) ?? []
    return id === undefined || fault === undefined ? undefined : { id, fault }
  }
}

function methodsOf({ kind, methods }: EngineFault): readonly EngineMethod[] {
  return methods ?? defaultMethods[kind]
}
