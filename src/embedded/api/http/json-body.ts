import { BeaconApiError } from '../errors.ts'
import { parameterKinds } from './parameters.ts'

/** How deep the deepest container of the standard goes, with room. */
const depthMax = 16
const uint64Max = 2n ** 64n - 1n
const uint256Max = 2n ** 256n - 1n

/**
 * Parses a body, and checks that each of its leaves is written as the standard writes them: numbers as decimal
 * strings of unsigned integers, bytes as `0x` and pairs of hexadecimal digits, or names. The SSZ library would
 * take `-1` or `12 apples` for a number.
 * @throws BeaconApiError 400
 */
export function parseJsonBody(text: string): unknown {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (cause) {
    throw new BeaconApiError(400, 'Invalid body: it is not JSON.', { cause })
  }
  checkLeaves(body, 'body', 0)
  return body
}

/**
 * Checks what a body is as a whole, by its kind in the library's route definition. An absent one is left to the
 * codec: of some endpoints it is optional.
 * @throws BeaconApiError 400
 */
export function requireBodyKind(body: unknown, kind: number | undefined): void {
  if (body === undefined || kind === undefined) return
  const isObject = kind === parameterKinds.object
  if (isObject && isRecord(body)) return
  if (!isObject && Array.isArray(body) && (kind !== parameterKinds.objectArray || body.every(isRecord)))
    return
  const expected = isObject ? 'an object' : 'a list'
  throw new BeaconApiError(
    400,
    `Invalid body: expected ${expected}${kind === parameterKinds.objectArray ? ' of objects' : ''}.`,
  )
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkLeaves(value: unknown, path: string, depth: number): void {
  if (depth > depthMax) throw new BeaconApiError(400, `Invalid body: ${path} is nested too deep.`)
  if (typeof value === 'string') checkText(value, path)
  else if (typeof value === 'number') checkNumber(value, path)
  else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) checkLeaves(value[index], path, depth + 1)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) checkLeaves(member, key.slice(0, 64), depth + 1)
  }
}

const hexadecimal = /^0x(?:[0-9a-f]{2})*$/i
const decimal = /^\d{1,78}$/
const name = /^[a-z_]{1,64}$/

function checkText(text: string, path: string): void {
  if (decimal.test(text)) {
    const max = path === 'base_fee_per_gas' ? uint256Max : uint64Max
    if (BigInt(text) <= max) return
  } else if (hexadecimal.test(text) || name.test(text)) return
  throw new BeaconApiError(400, `Invalid body: ${path} is neither an unsigned integer nor hexadecimal.`)
}

function checkNumber(value: number, path: string): void {
  if (Number.isSafeInteger(value) && value >= 0) return
  throw new BeaconApiError(400, `Invalid body: ${path} is not an unsigned integer.`)
}
