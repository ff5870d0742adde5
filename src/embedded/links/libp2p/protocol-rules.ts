import { payloadBytesMax } from '../flooding.ts'

/** What the messages of a request/response protocol look like, before anything is decoded. */
export interface ProtocolRules {
  /** SSZ bytes of a request at most. Of none, a request has no body at all. */
  readonly requestBytesMax: number
  /** SSZ bytes of a response chunk at most. */
  readonly chunkBytesMax: number
  /** Bytes of the context that stands before each chunk: a fork digest, or nothing. */
  readonly contextBytes: 0 | 4
}

const rootBytes = 32
const digestBytes = 4
/** `MAX_REQUEST_BLOCKS` of phase0, the most roots of any version. */
const requestRootsMax = 1024
/** `MAX_REQUEST_BLOCKS_DENEB` times the columns of a block (fulu/p2p-interface.md). */
const requestColumnsBytesMax = 128 * (rootBytes + 8 + 128 * 8)
/** `MAX_REQUEST_BLOB_SIDECARS_ELECTRA`, each named by a block root and an index. */
const requestBlobsBytesMax = 128 * 9 * (rootBytes + 8)
/** A range, and in Fulu the columns that are wanted of it. */
const requestRangeBytesMax = 8 + 8 + 8 + 128 * 8

/** Statuses, sequence numbers, metadata. */
const smallBytesMax = 256

const small = { requestBytesMax: smallBytesMax, chunkBytesMax: smallBytesMax, contextBytes: 0 } as const
const large = { chunkBytesMax: payloadBytesMax, contextBytes: digestBytes } as const

/** By the name in the protocol id (phase0 to fulu/p2p-interface.md, "The Req/Resp domain"). */
const rulesByName: Readonly<Record<string, ProtocolRules>> = {
  status: small,
  goodbye: small,
  ping: small,
  metadata: { ...small, requestBytesMax: 0 },
  beacon_blocks_by_range: { ...large, requestBytesMax: requestRangeBytesMax },
  beacon_blocks_by_root: { ...large, requestBytesMax: requestRootsMax * rootBytes },
  blob_sidecars_by_range: { ...large, requestBytesMax: requestRangeBytesMax },
  blob_sidecars_by_root: { ...large, requestBytesMax: requestBlobsBytesMax },
  data_column_sidecars_by_range: { ...large, requestBytesMax: requestRangeBytesMax },
  data_column_sidecars_by_root: { ...large, requestBytesMax: requestColumnsBytesMax },
}

/** @throws {RangeError} for a protocol that this program does not have */
export function protocolRules(protocol: string): ProtocolRules {
  const name = protocol.match(/^\/eth2\/beacon_chain\/req\/(\w+)\/\d+\/ssz_snappy$/)?.[1]
  const rules = name === undefined ? undefined : rulesByName[name]
  if (rules === undefined) throw new RangeError(`There are no rules for the protocol ${protocol}.`)
  return rules
}
