import { inspect } from 'node:util'

const maxLength = 120

/**
 * Any value on one short line, for an error message. The value is untrusted: long, deep and circular ones
 * are cut, and no code of theirs is called.
 */
export function printValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = inspect(value, {
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    customInspect: false,
    depth: 2,
    maxArrayLength: 12,
    maxStringLength: maxLength,
  }).replaceAll(/\s*\n\s*/g, ' ')
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
