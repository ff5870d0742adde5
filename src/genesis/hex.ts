import type { Hex } from '../plan/manifest.ts'

export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

export function hexToBytes(hex: Hex): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), 'hex'))
}

/** Bytes that are written as hex digits over many lines. */
export function joinHex(lines: string): Hex {
  return `0x${lines.replaceAll(/\s/g, '')}`
}
