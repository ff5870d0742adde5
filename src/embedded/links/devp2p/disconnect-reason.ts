import { isList, readList, readNumber } from './rlp-reader.ts'

/** What peers say when they leave (devp2p `rlpx.md`, Disconnect). */
const reasons: Readonly<Record<number, string>> = {
  0: 'asked to disconnect',
  1: 'a network error',
  2: 'a breach of protocol',
  3: 'a useless peer',
  4: 'too many peers',
  5: 'already connected',
  6: 'an incompatible version of the base protocol',
  7: 'no identity',
  8: 'it is quitting',
  9: 'an unexpected identity',
  10: 'connected to itself',
  11: 'a timeout',
  16: 'a reason of the eth protocol',
}

export const disconnectReasons = { uselessPeer: 0x03, alreadyConnected: 0x05, quitting: 0x08 } as const

/** The reason in a Disconnect message, in words. Clients send it in a list, or by itself, or not at all. */
export function describeDisconnect(payload: Uint8Array): string {
  try {
    const item = isList(payload) ? readList(payload, 1)[0] : payload
    const code = Number(readNumber(item))
    return reasons[code] ?? `reason ${code}`
  } catch {
    return 'no reason given'
  }
}
