import { BeaconApiError, badParameter } from '../errors.ts'

/**
 * What a parameter is, in the route definitions of `@lodestar/api`: its enum `Schema`, which it uses to make
 * the routes of a Fastify server, and does not export.
 */
export const parameterKinds = {
  uint: 0,
  uintRequired: 1,
  uintArray: 2,
  string: 3,
  stringRequired: 4,
  stringArray: 5,
  stringArrayRequired: 6,
  uintOrStringRequired: 7,
  uintOrStringArray: 8,
  object: 9,
  objectArray: 10,
  anyArray: 11,
  boolean: 12,
} as const

type ParameterKind = (typeof parameterKinds)[keyof typeof parameterKinds]
type ParameterValue = string | number | boolean | readonly (string | number)[]

const kindsRequired: ReadonlySet<number> = new Set([
  parameterKinds.uintRequired,
  parameterKinds.stringRequired,
  parameterKinds.stringArrayRequired,
  parameterKinds.uintOrStringRequired,
])

/** Lengths of the parameters that are bytes in hexadecimal, by their names in the standard. */
const byteLengths: Readonly<Record<string, number>> = {
  parent_root: 32,
  attestation_data_root: 32,
  beacon_block_root: 32,
  versioned_hashes: 32,
  randao_reveal: 96,
  graffiti: 32,
  fee_recipient: 20,
}

/** Longest text of one value: a signature in hexadecimal, with room. */
const valueLengthMax = 256
/** `maxItems` of the standard's `id` and `status`. */
const itemsMax = 64

/**
 * Reads the parameters that a route knows; others are left alone, as HTTP clients expect.
 * @param values all values that were given under a name
 * @throws BeaconApiError 400, 414
 */
export function readParameters(
  kinds: Readonly<Record<string, number>>,
  values: (name: string) => readonly string[],
): Record<string, ParameterValue> {
  const parameters: Record<string, ParameterValue> = {}
  for (const [name, kind] of Object.entries(kinds)) {
    const value = readParameter(name, kind as ParameterKind, values(name))
    if (value !== undefined) parameters[name] = value
    else if (kindsRequired.has(kind)) throw new BeaconApiError(400, `Missing parameter ${name}.`)
  }
  return parameters
}

function readParameter(
  name: string,
  kind: ParameterKind,
  given: readonly string[],
): ParameterValue | undefined {
  if (given.length === 0) return undefined
  switch (kind) {
    case parameterKinds.uintArray:
      return readList(name, given).map((item) => readUint(name, item))
    case parameterKinds.stringArray:
    case parameterKinds.stringArrayRequired:
    case parameterKinds.uintOrStringArray:
      return readList(name, given)
    case parameterKinds.uint:
    case parameterKinds.uintRequired:
      return readUint(name, readSingle(name, given))
    case parameterKinds.boolean:
      return readBoolean(name, readSingle(name, given))
    default:
      return readSingle(name, given)
  }
}

function readSingle(name: string, given: readonly string[]): string {
  const [value = ''] = given
  if (given.length > 1)
    throw new BeaconApiError(400, `The parameter ${name} was given ${given.length} times.`)
  return requireFormat(name, value)
}

/** Both ways in which clients write lists are in use: `id=1&id=2` and `id=1,2`. */
function readList(name: string, given: readonly string[]): readonly string[] {
  const items = given.flatMap((value) => value.split(','))
  if (items.length > itemsMax) {
    throw new BeaconApiError(414, `The parameter ${name} has ${items.length} items, of at most ${itemsMax}.`)
  }
  return items.map((item) => requireFormat(name, item))
}

function requireFormat(name: string, value: string): string {
  if (value.length > valueLengthMax) {
    throw badParameter(name, `${value.slice(0, 16)}…`, `at most ${valueLengthMax} characters`)
  }
  const byteLength = byteLengths[name]
  if (byteLength === undefined || (value.length === 2 + 2 * byteLength && /^0x[0-9a-f]*$/i.test(value)))
    return value
  throw badParameter(name, value, `0x and ${2 * byteLength} hexadecimal digits`)
}

/** @throws BeaconApiError 400 */
export function readUint(name: string, text: string): number {
  const value = /^\d{1,20}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw badParameter(name, text, `a decimal number up to ${Number.MAX_SAFE_INTEGER}`)
}

function readBoolean(name: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw badParameter(name, text, 'true or false')
}
