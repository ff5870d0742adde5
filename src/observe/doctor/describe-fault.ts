import { listOf } from './reading/words.ts'

const descriptionMax = 160

/** `partition: node-0 and node-1 | node-2 and node-3`, `skew: node node-1, skewMs 1500`. */
export function describeFault(
  kind: string,
  { groups, layers: _, ...others }: Readonly<Record<string, unknown>>,
): string {
  const isGroups = Array.isArray(groups) && groups.every(Array.isArray)
  const said = Object.entries(others).filter(([, value]) => !isNothing(value))
  const text = [
    ...(isGroups ? [groups.map((group) => listOf(group.map(String))).join(' | ')] : []),
    ...said.map(([name, value]) => `${name} ${valueText(value)}`),
  ].join(', ')
  const whole = text === '' ? kind : `${kind}: ${text}`
  return whole.length > descriptionMax ? `${whole.slice(0, descriptionMax - 1)}…` : whole
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

function valueText(value: unknown): string {
  const isPlain = typeof value === 'string' || (Array.isArray(value) && value.every((one) => !isObject(one)))
  return isPlain ? String(value) : JSON.stringify(value)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
