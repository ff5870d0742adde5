import { BitArray, ByteVectorType, ListCompositeType, type Type } from '@chainsafe/ssz'
import { ATTESTATION_SUBNET_COUNT, NUMBER_OF_COLUMNS, SYNC_COMMITTEE_SUBNET_COUNT } from '@lodestar/params'
import { type fulu, ssz } from '@lodestar/types'
import type { Fork } from '../protocol/signed-block.ts'

/** Protocol ids of p2p-interface.md, phase0 to fulu. */
export const protocolIds = {
  statusV1: '/eth2/beacon_chain/req/status/1/ssz_snappy',
  statusV2: '/eth2/beacon_chain/req/status/2/ssz_snappy',
  goodbye: '/eth2/beacon_chain/req/goodbye/1/ssz_snappy',
  ping: '/eth2/beacon_chain/req/ping/1/ssz_snappy',
  metadataV2: '/eth2/beacon_chain/req/metadata/2/ssz_snappy',
  metadataV3: '/eth2/beacon_chain/req/metadata/3/ssz_snappy',
  blocksByRange: '/eth2/beacon_chain/req/beacon_blocks_by_range/2/ssz_snappy',
  blocksByRoot: '/eth2/beacon_chain/req/beacon_blocks_by_root/2/ssz_snappy',
  blobsByRange: '/eth2/beacon_chain/req/blob_sidecars_by_range/1/ssz_snappy',
  blobsByRoot: '/eth2/beacon_chain/req/blob_sidecars_by_root/1/ssz_snappy',
  columnsByRange: '/eth2/beacon_chain/req/data_column_sidecars_by_range/1/ssz_snappy',
  columnsByRoot: '/eth2/beacon_chain/req/data_column_sidecars_by_root/1/ssz_snappy',
} as const

const { statusV1, statusV2, metadataV2, metadataV3, ...ofAllForks } = protocolIds
const { columnsByRange, columnsByRoot, ...beforeFulu } = ofAllForks

/** What is spoken at a fork: Fulu has new versions of some protocols, and does not know the old ones. */
export function protocolsOf(fork: Fork): readonly string[] {
  return fork === 'fulu'
    ? [statusV2, metadataV3, ...Object.values(ofAllForks)]
    : [statusV1, metadataV2, ...Object.values(beforeFulu)]
}

/** `MAX_REQUEST_BLOCKS_DENEB` (deneb/p2p-interface.md): the limit of what these versions may ask for. */
export const REQUEST_BLOCKS_MAX = 128

/** `BeaconBlockRoots` */
export const BlockRoots = new ListCompositeType(new ByteVectorType(32), REQUEST_BLOCKS_MAX)

/** Reasons of a goodbye (phase0/p2p-interface.md, "Goodbye v1"). */
export const goodbyeReasons = { clientShutDown: 1n, irrelevantNetwork: 2n, fault: 3n } as const

/** What every node of this kind tells of itself: it takes part in all subnets and keeps all data. */
export const metadata: fulu.Metadata = {
  seqNumber: 0n,
  attnets: BitArray.fromBoolArray(new Array(ATTESTATION_SUBNET_COUNT).fill(true)),
  syncnets: BitArray.fromBoolArray(new Array(SYNC_COMMITTEE_SUBNET_COUNT).fill(true)),
  custodyGroupCount: NUMBER_OF_COLUMNS,
}

/** A value from bytes of strangers. @returns undefined when they are none of this type */
export function decodeOrUndefined<Value>(type: Type<Value>, bytes: Uint8Array): Value | undefined {
  try {
    return type.deserialize(bytes)
  } catch {
    return undefined
  }
}

/** The request of `BeaconBlocksByRange`. */
export const BlocksByRange = ssz.phase0.BeaconBlocksByRangeRequest
