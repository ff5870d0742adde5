import { createHash } from 'node:crypto'

/*
 * The few roots (`hash_tree_root` of the SSZ specification) that slashable messages are signed by. The
 * protocol's libraries keep a chain's constants in globals of their thread, which the program's own is not.
 * None of these containers depends on them.
 */

export interface CheckpointData {
  readonly epoch: number
  /** 32 bytes in hex. */
  readonly root: string
}

/** `AttestationData` (phase0/beacon-chain.md). */
export interface AttestationData {
  readonly slot: number
  readonly index: number
  readonly beaconBlockRoot: string
  readonly source: CheckpointData
  readonly target: CheckpointData
}

/** `BeaconBlockHeader` (phase0/beacon-chain.md). */
export interface BeaconBlockHeader {
  readonly slot: number
  readonly proposerIndex: number
  readonly parentRoot: string
  readonly stateRoot: string
  readonly bodyRoot: string
}

/** What a signature is bound to, besides its message. */
export interface SigningDomain {
  /** e.g. {@link domainTypes}. */
  readonly type: number
  /** Of the fork at the message's epoch, 4 bytes in hex. */
  readonly forkVersion: string
  readonly genesisValidatorsRoot: string
}

/** `DOMAIN_BEACON_PROPOSER`, `DOMAIN_BEACON_ATTESTER` and `DOMAIN_RANDAO`. */
export const domainTypes = { proposer: 0, attester: 1, randao: 2 } as const

export function attestationDataRoot({
  slot,
  index,
  beaconBlockRoot,
  source,
  target,
}: AttestationData): Buffer {
  return merkleRoot([
    uint64(slot),
    uint64(index),
    bytes(beaconBlockRoot),
    checkpointRoot(source),
    checkpointRoot(target),
  ])
}

export function blockHeaderRoot(header: BeaconBlockHeader): Buffer {
  const { slot, proposerIndex, parentRoot, stateRoot, bodyRoot } = header
  return merkleRoot([
    uint64(slot),
    uint64(proposerIndex),
    bytes(parentRoot),
    bytes(stateRoot),
    bytes(bodyRoot),
  ])
}

/** `compute_signing_root` of an object's root, in its `compute_domain`. */
export function signingRoot(
  objectRoot: Buffer,
  { type, forkVersion, genesisValidatorsRoot }: SigningDomain,
): Buffer {
  const forkDataRoot = merkleRoot([padded(bytes(forkVersion)), bytes(genesisValidatorsRoot)])
  const domainType = Buffer.alloc(4)
  domainType.writeUInt32LE(type)
  return merkleRoot([objectRoot, Buffer.concat([domainType, forkDataRoot.subarray(0, 28)])])
}

function checkpointRoot({ epoch, root }: CheckpointData): Buffer {
  return merkleRoot([uint64(epoch), bytes(root)])
}

/** Of chunks of 32 bytes, their number padded with empty ones to a power of two. */
function merkleRoot(chunks: readonly Buffer[]): Buffer {
  const width = 2 ** Math.ceil(Math.log2(chunks.length))
  let layer = [...chunks, ...Array.from({ length: width - chunks.length }, () => Buffer.alloc(32))]
  while (layer.length > 1) {
    layer = Array.from({ length: layer.length / 2 }, (_, pair) => {
      const children = layer.slice(2 * pair, 2 * pair + 2)
      return createHash('sha256').update(Buffer.concat(children)).digest()
    })
  }
  return layer[0] ?? Buffer.alloc(32)
}

/** The root of a number is the number. */
export function uint64(value: number): Buffer {
  const chunk = Buffer.alloc(32)
  chunk.writeBigUInt64LE(BigInt(value))
  return chunk
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex.slice(2), 'hex')
}

function padded(value: Buffer): Buffer {
  return Buffer.concat([value, Buffer.alloc(32 - value.length)])
}
