import { RLP } from '@ethereumjs/rlp'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, hexToBytes } from '../../execution/bytes.ts'
import type { ForkId } from './fork-id.ts'
import { ethProtocol } from './hello.ts'
import { joinList, readBytes, readFixed, readList, readNumber, readTuple } from './rlp-reader.ts'

/** The messages of eth/68 (devp2p `caps/eth.md`). */
export const ethCodes = {
  status: 0x00,
  transactions: 0x02,
  getBlockHeaders: 0x03,
  blockHeaders: 0x04,
  getBlockBodies: 0x05,
  blockBodies: 0x06,
  newPooledTransactionHashes: 0x08,
  getPooledTransactions: 0x09,
  pooledTransactions: 0x0a,
  getReceipts: 0x0f,
  receipts: 0x10,
} as const

/** Hashes in one message that asks for something, or tells of transactions. */
export const hashesMax = 4096

export interface Status {
  readonly version: number
  readonly networkId: number
  readonly genesisHash: Hex
  readonly forkId: ForkId
}

export function encodeStatus(status: Omit<Status, 'version'> & { headHash: Hex }): Uint8Array {
  const { networkId, headHash, genesisHash, forkId } = status
  const forkHash = new Uint8Array(4)
  new DataView(forkHash.buffer).setUint32(0, forkId.hash)
  // Total difficulty does not change after the merge, and nobody looks at it.
  const totalDifficulty = 0
  return RLP.encode([
    ethProtocol.version,
    networkId,
    totalDifficulty,
    hexToBytes(headHash),
    hexToBytes(genesisHash),
    [forkHash, forkId.next],
  ])
}

/** @throws PeerFaultError */
export function decodeStatus(payload: Uint8Array): Status {
  const [version, networkId, , , genesisHash, forkId] = readTuple(payload, 6)
  const [hash, next] = readTuple(forkId ?? new Uint8Array(0), 2)
  const forkHash = readFixed(hash, 4)
  return {
    version: Number(readNumber(version)),
    networkId: Number(readNumber(networkId)),
    genesisHash: bytesToHex(readFixed(genesisHash, 32)),
    forkId: {
      hash: new DataView(forkHash.buffer, forkHash.byteOffset).getUint32(0),
      next: Number(readNumber(next)),
    },
  }
}

/** Which headers are asked for. */
export interface HeadersRequest {
  readonly origin: { readonly hash: Hex } | { readonly number: number }
  readonly amount: number
  /** Blocks left out between two. */
  readonly skip: number
  /** Towards genesis. */
  readonly isReverse: boolean
}

export function encodeHeadersRequest({ origin, amount, skip, isReverse }: HeadersRequest): Uint8Array {
  const start = 'hash' in origin ? hexToBytes(origin.hash) : origin.number
  return RLP.encode([start, amount, skip, isReverse ? 1 : 0])
}

/** @throws PeerFaultError */
export function decodeHeadersRequest(body: Uint8Array): HeadersRequest {
  const [start, amount, skip, reverse] = readTuple(body, 4)
  const origin = readBytes(start, 32)
  return {
    origin: origin.length === 32 ? { hash: bytesToHex(origin) } : { number: Number(readNumber(start)) },
    amount: Number(readNumber(amount)),
    skip: Number(readNumber(skip)),
    isReverse: readNumber(reverse) !== 0n,
  }
}

export function encodeHashes(hashes: readonly Hex[]): Uint8Array {
  return RLP.encode(hashes.map(hexToBytes))
}

/** @throws PeerFaultError */
export function decodeHashes(body: Uint8Array | undefined): Hex[] {
  return readList(body ?? new Uint8Array(0), hashesMax).map((item) => bytesToHex(readFixed(item, 32)))
}

/** A request, or an answer, behind its number. */
export function encodeNumbered(id: number, body: Uint8Array): Uint8Array {
  return joinList([RLP.encode(id), body])
}

/** @throws PeerFaultError */
export function decodeNumbered(payload: Uint8Array): { id: number; idItem: Uint8Array; body: Uint8Array } {
  const [idItem, body] = readTuple(payload, 2) as [Uint8Array, Uint8Array]
  return { id: Number(readNumber(idItem)), idItem, body }
}

export interface Announcement {
  readonly hash: Hex
  readonly type: number
  /** Bytes of the transaction as peers send it. */
  readonly size: number
}

/** NewPooledTransactionHashes (EIP-5793). */
export function encodeAnnouncements(announcements: readonly Announcement[]): Uint8Array {
  return RLP.encode([
    Uint8Array.from(announcements, ({ type }) => type),
    announcements.map(({ size }) => size),
    announcements.map(({ hash }) => hexToBytes(hash)),
  ])
}

/** The hashes that are told of; types and sizes are found out from what comes. @throws PeerFaultError */
export function decodeAnnouncements(payload: Uint8Array): Hex[] {
  const [types, sizes, hashes] = readTuple(payload, 3)
  readBytes(types, hashesMax)
  readList(sizes ?? new Uint8Array(0), hashesMax)
  return decodeHashes(hashes)
}
