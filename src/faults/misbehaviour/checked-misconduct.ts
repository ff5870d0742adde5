import type { z } from 'zod'
import { type EngineFault, engineFaultSchema } from '../../embedded/engine/engine-fault.ts'
import { type Deed, deedKinds, deedSchema } from '../../embedded/validator/deed.ts'
import { nearestOf } from '../../plan/nearest.ts'
import { OptionError } from '../../plan/option-error.ts'
import { optionErrorFrom } from '../../plan/schema-issue.ts'

type Given = { readonly kind: string } & Readonly<Record<string, unknown>>

const engineFaultKinds = engineFaultSchema.options.map(({ shape }) => shape.kind.value)

/** @throws {OptionError} for a deed that there is not, or one without what it needs */
export function checkedDeed(given: Given): Deed {
  return checked(deedSchema, given, { field: 'deed', kinds: deedKinds })
}

/** @throws {OptionError} for a fault that there is not, or one without what it needs */
export function checkedEngineFault(given: Given): EngineFault {
  return checked(engineFaultSchema, given, { field: 'fault', kinds: engineFaultKinds })
}

function checked<Value>(
  schema: z.ZodType<Value>,
  given: Given,
  { field, kinds }: { readonly field: string; readonly kinds: readonly string[] },
): Value {
  const { kind } = given
  if (!kinds.includes(kind)) {
    throw new OptionError({ field, given: kind, allowed: kinds.join(', '), nearest: nearestOf(kind, kinds) })
  }
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw optionErrorFrom(parsed.error, given)
}
