import type { Hex } from '../../../plan/manifest.ts'

const numberDigits = 16

/** `!` is in no node's name, and sorts before all that is. */
export const storeKeys = {
  version: 'version',
  /** So that the order of keys is the order of numbers. */
  block: (node: string, number: number, hash: Hex) =>
    `node!${node}!block!${number.toString(16).padStart(numberDigits, '0')}!${hash}`,
  blocks: (node: string) => rangeOf(`node!${node}!block!`),
  forkchoice: (node: string) => `node!${node}!forkchoice`,
  all: (node: string) => rangeOf(`node!${node}!`),
} as const

function rangeOf(prefix: string): { readonly gte: string; readonly lte: string } {
  return { gte: prefix, lte: `${prefix}\uffff` }
}
