/** A root or hash as a person reads it: `0x1234abcd…`. */
export function shortHash(hash: string): string {
  return `${hash.slice(0, 10)}…`
}
