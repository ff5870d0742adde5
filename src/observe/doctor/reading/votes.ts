import type { Evidence } from '../evidence.ts'

/** Validators that no node saw vote in the newest epoch of which votes are known. */
export interface SilentValidators {
  readonly epoch: number
  readonly indices: readonly number[]
}

/** @param ofEpoch - this epoch instead of the newest */
export function silentValidators({ nodes }: Evidence, ofEpoch?: number): SilentValidators | undefined {
  const votes = nodes.flatMap(({ consensus }) => consensus.votes ?? [])
  const epoch = ofEpoch ?? Math.max(...votes.map((one) => one.epoch))
  const [first, ...others] = votes.filter((one) => one.epoch === epoch)
  if (first === undefined) return undefined
  const elsewhere = others.map(({ silent }) => new Set(silent))
  return { epoch, indices: first.silent.filter((index) => elsewhere.every((silent) => silent.has(index))) }
}
