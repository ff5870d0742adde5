import { closest, distance } from 'fastest-levenshtein'

/** Longer than any name this package knows; the edit distance of a longer text says nothing. */
const maxLength = 60
const fewTypos = 2
const minPartLength = 3

/** The candidate that a person most likely meant, when one is near enough to suggest. */
export function nearestOf(given: unknown, candidates: readonly string[]): string | undefined {
  if (typeof given !== 'string' || given.length > maxLength || candidates.length === 0) return undefined
  const wanted = given.toLowerCase()
  const byLowerCase = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]))
  const best = closest(wanted, [...byLowerCase.keys()])
  const typos = distance(wanted, best)
  const length = Math.max(wanted.length, best.length)
  if (typos <= Math.min(fewTypos, length / 2)) return byLowerCase.get(best)
  // Half a name is a likelier slip than many wrong letters: mesh for full-mesh.
  const whole = [...byLowerCase.keys()].find((name) => isPartOf(wanted, name) || isPartOf(name, wanted))
  if (whole !== undefined) return byLowerCase.get(whole)
  // With more wrong letters than this, a suggestion would be a guess.
  return typos <= length * 0.4 ? byLowerCase.get(best) : undefined
}

function isPartOf(part: string, whole: string): boolean {
  return part.length >= minPartLength && whole.includes(part)
}
