/** `a`, `a and b`, `a, b and c`; of more than six, the first six and how many there are besides. */
export function listOf(names: readonly string[]): string {
  const shown = names.length > 6 ? [...names.slice(0, 6), `${names.length - 6} more`] : names
  const last = shown.at(-1) ?? 'nobody'
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`
}

/** `node-0 and node-1 | node-2`; of more than four sides, the first four and how many there are besides. */
export function sidesText(sides: readonly (readonly { readonly name: string }[])[]): string {
  const texts = sides.slice(0, 4).map(namesOf)
  return [...texts, ...(sides.length > 4 ? [`${sides.length - 4} more sides`] : [])].join(' | ')
}

/** `validator 3`, `validators 0-15 and 32`. */
export function validatorsText(indices: readonly number[]): string {
  const sorted = [...new Set(indices)].sort((a, b) => a - b)
  const ranges: { first: number; last: number }[] = []
  for (const index of sorted) {
    const range = ranges.at(-1)
    if (range !== undefined && range.last === index - 1) range.last = index
    else ranges.push({ first: index, last: index })
  }
  const texts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
  return `${sorted.length === 1 ? 'validator' : 'validators'} ${listOf(texts)}`
}

/** `runs`, `run`: the verb for one or for several. */
export function verb(count: number, singular: string, plural: string): string {
  return count === 1 ? singular : plural
}

/** `71 %` */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** Says `the node` or names them: `node-0`, `node-0 and node-1`. */
export function namesOf(nodes: readonly { readonly name: string }[]): string {
  return listOf(nodes.map(({ name }) => name))
}

/** Milliseconds as seconds, to a tenth: `1.5 s`. */
export function secondsText(durationMs: number): string {
  return `${Math.round(durationMs / 100) / 10} s`
}
