/** A block root that starts with `salt`, so that siblings of later number do not always sort last. */
export function rootOf(number: number, salt = 0): string {
  return `0x${salt.toString(16).padStart(2, '0')}${number.toString(16).padStart(62, '0')}`
}

/** The hash of the payload in that block. */
export function hashOf(root: string): string {
  return `0xee${root.slice(4)}`
}
