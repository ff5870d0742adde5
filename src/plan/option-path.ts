export type OptionPath = readonly PropertyKey[]

const identifier = /^[A-Za-z_$][\w$]*$/
const maxKeyLength = 60

/** A path as a person would write it in code: `validators.distribution[2]`. */
export function printPath(path: OptionPath): string {
  if (path.length === 0) return 'options'
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const name = String(key).slice(0, maxKeyLength)
    if (!identifier.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text === '' ? name : `${text}.${name}`
  }, '')
}

/** The value at a path of untrusted input; undefined where the path leads nowhere. */
export function valueAt(input: unknown, path: OptionPath): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}
