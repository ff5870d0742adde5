/** Whether every bit that is set in `bits` is set in `others`; both of the same length in bytes. */
export function isSubset(bits: Uint8Array, others: Uint8Array): boolean {
  if (bits.length !== others.length) return false
  for (let index = 0; index < bits.length; index++) {
    if ((bits[index] ?? 0) & ~(others[index] ?? 0)) return false
  }
  return true
}

/** Positions of the bits that are set, lowest first. */
export function setPositions({ uint8Array, bitLen }: { uint8Array: Uint8Array; bitLen: number }): number[] {
  const positions: number[] = []
  for (let position = 0; position < bitLen; position++) {
    if ((uint8Array[position >>> 3] ?? 0) & (1 << (position & 7))) positions.push(position)
  }
  return positions
}
