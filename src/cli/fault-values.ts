import { OptionError } from '../plan/option-error.ts'
import { parseDurationMs } from './flag-values.ts'

/** The values of the fault verbs, which are text. Only the form is checked here. */

/** `node-0,node-1` as a group. */
export function parseGroup(field: string, text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '')) return names
  throw new OptionError({
    field,
    given: text,
    allowed: 'names of nodes with commas between them: node-0,node-1',
  })
}

/** `1/3`, `33%` or `0.33`, as a share. */
export function parseShare(flag: string, text: string): number {
  const [, numerator, denominator] = /^(\d{1,9})\/([1-9]\d{0,8})$/.exec(text) ?? []
  if (numerator !== undefined) return Number(numerator) / Number(denominator)
  const [, number, percent] = /^(\d{1,9}(?:\.\d{1,9})?)(%)?$/.exec(text) ?? []
  if (number !== undefined) return percent === undefined ? Number(number) : Number(number) / 100
  throw new OptionError({ field: flag, given: text, allowed: 'a share such as 1/3, 33% or 0.33' })
}

/** `5`, `5%` or `0.5%`, in per cent. */
export function parsePercent(flag: string, text: string): number {
  const [, number] = /^(\d{1,3}(?:\.\d{1,6})?)%?$/.exec(text) ?? []
  if (number !== undefined) return Number(number)
  throw new OptionError({ field: flag, given: text, allowed: 'per cent, such as 5 or 0.5' })
}

/** `500kbit`, `2mbit` or `500`, in kilobits (1,000 bits) a second. */
export function parseBandwidthKbps(flag: string, text: string): number {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,6})?)(kbit|mbit)?$/i.exec(text) ?? []
  if (number !== undefined) return Number(number) * (unit?.toLowerCase() === 'mbit' ? 1000 : 1)
  throw new OptionError({
    field: flag,
    given: text,
    allowed: 'a bandwidth such as 500kbit, 2mbit or 500 (kbit/s)',
  })
}

/** By how much a clock is to be ahead, from the two flags of which one is given. */
export function parseSkewMs({
  ahead,
  behind,
}: {
  readonly ahead?: string
  readonly behind?: string
}): number {
  if (ahead !== undefined && behind === undefined) return parseDurationMs('--ahead', ahead)
  if (behind !== undefined && ahead === undefined) return -parseDurationMs('--behind', behind)
  throw new OptionError({
    field: '--ahead',
    problem: 'a clock is ahead or behind',
    allowed: 'one of --ahead 2s and --behind 2s',
  })
}
