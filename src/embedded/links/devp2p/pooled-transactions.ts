import { RLP } from '@ethereumjs/rlp'
import { Blob4844Tx, type TypedTransaction } from '@ethereumjs/tx'
import { isList, readBytes } from './rlp-reader.ts'

/** Blob transactions are only asked for, never sent unasked (EIP-4844, networking). */
export const blobTransactionType = 3

/** A transaction as users send it, with its blobs. */
export function rawTransaction(transaction: TypedTransaction): Uint8Array {
  return transaction instanceof Blob4844Tx ? transaction.serializeNetworkWrapper() : transaction.serialize()
}

/** As it stands in a message: a list as it is, what begins with a type as bytes (EIP-2976). */
export function encodeTransaction(raw: Uint8Array): Uint8Array {
  return isLegacy(raw) ? raw : RLP.encode(raw)
}

/** @throws PeerFaultError */
export function decodeTransaction(item: Uint8Array): Uint8Array {
  return isList(item) ? item : readBytes(item, item.length)
}

function isLegacy([first = 0]: Uint8Array): boolean {
  return first >= 0xc0
}
