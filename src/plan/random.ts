import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { deriveBytes } from './derive.ts'

/** A stream of random choices that is the same for the same purpose and seed. */
export interface RandomSource {
  /** A uniform integer from 0 to limit - 1. */
  below(limit: number): number
  /** The items in uniformly random order. */
  shuffle<Item>(items: readonly Item[]): Item[]
}

/** Each purpose draws from a stream of its own, so that one choice never shifts another. */
export function randomSource(purpose: string, seed: number): RandomSource {
  const bytes = deriveBytes(`random/${purpose}`, seed, 0)
  const words = new DataView(bytes.buffer, bytes.byteOffset)
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => words.getInt32(offset)))
  const below = (limit: number) => uniformInt(generator, 0, limit - 1)
  return { below, shuffle: (items) => shuffle(items, below) }
}

function shuffle<Item>(items: readonly Item[], below: (limit: number) => number): Item[] {
  const left = [...items]
  const shuffled: Item[] = []
  while (left.length > 0) shuffled.push(...left.splice(below(left.length), 1))
  return shuffled
}
