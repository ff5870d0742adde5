import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import { base58 } from '@scure/base'
import { checksumAddress } from './checksum-address.ts'
import { deriveBytes } from './derive.ts'
import type { Hex, NodePlan } from './manifest.ts'

/**
 * Prefix of a libp2p peer id of a secp256k1 key (libp2p specs, `peer-ids`): the identity multihash 0x00 of
 * 0x25 bytes, holding the protobuf { 1: key type 2, 2: 0x21 bytes }.
 */
const peerIdPrefix = Uint8Array.of(0x00, 0x25, 0x08, 0x02, 0x12, 0x21)

/** Identity on devp2p. The node id is the public key, 64 bytes, without its 0x04 (devp2p `enode`, EIP-778). */
export function devp2pIdentity(seed: number, nodeIndex: number): NodePlan['devp2p'] {
  const privateKey = deriveSecretKey('devp2p', seed, nodeIndex)
  const nodeId = toHex(secp256k1.getPublicKey(privateKey, false).subarray(1))
  return { privateKey: toHex(privateKey), nodeId }
}

/** Identity on libp2p. */
export function libp2pIdentity(seed: number, nodeIndex: number): NodePlan['libp2p'] {
  const privateKey = deriveSecretKey('libp2p', seed, nodeIndex)
  const peerId = base58.encode(concatBytes(peerIdPrefix, secp256k1.getPublicKey(privateKey, true)))
  return { privateKey: toHex(privateKey), peerId }
}

/** An address of which nobody has the key: fees that arrive there show which node has proposed. */
export function feeRecipientAddress(seed: number, nodeIndex: number): Hex {
  return checksumAddress(deriveBytes('fee-recipient', seed, nodeIndex).subarray(0, 20))
}

/** URL by which execution clients dial a node (devp2p `enode`). */
export function enodeUrl(node: Pick<NodePlan, 'devp2p'>, address: string, port: number): string {
  return `enode://${node.devp2p.nodeId.slice(2)}@${address}:${port}`
}

/** Multiaddress by which consensus clients dial a node over TCP. */
export function libp2pMultiaddr(node: Pick<NodePlan, 'libp2p'>, address: string, port: number): string {
  return `/ip4/${address}/tcp/${port}/p2p/${node.libp2p.peerId}`
}

function deriveSecretKey(purpose: string, seed: number, nodeIndex: number): Uint8Array {
  return secp256k1.utils.randomSecretKey(deriveBytes(purpose, seed, nodeIndex))
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`
}
