import { hash } from 'node:crypto'
import type { GossipsubOpts } from '@libp2p/gossipsub'
import { payloadBytesMax } from '../flooding.ts'
import { messageId, messageIdPrefix } from '../message-id.ts'
import { WireFaultError } from './errors.ts'
import type { RecentMessages } from './recent-messages.ts'
import { compressBlock, uncompressBlock } from './snappy-block.ts'
import { compressedBytesMax } from './snappy-frames.ts'

/** A message of the largest size, with its topic and what surrounds it. */
export const gossipRpcBytesMax = compressedBytesMax(payloadBytesMax) + 1024

/** What may wait to be sent to a peer that reads slowly. Beyond it, the stream ends. */
const outboundBytesMax = 32 * 1024 * 1024

/** Topics whose hashed beginning is kept. There are some 80 for each fork. */
const topicsMax = 1024

/** MESSAGE_DOMAIN_INVALID_SNAPPY */
const invalidDomain = Uint8Array.of(0, 0, 0, 0)

/** The parameters of phase0/p2p-interface.md, "The gossip domain: gossipsub". */
const specified = {
  globalSignaturePolicy: 'StrictNoSign',
  D: 8,
  Dlo: 6,
  Dhi: 12,
  Dlazy: 6,
  heartbeatInterval: 700,
  fanoutTTL: 60_000,
  mcacheLength: 6,
  mcacheGossip: 3,
} as const

export interface GossipParameters {
  readonly seenTtlMs: number
  readonly recent: RecentMessages
  /** Where what cannot be unpacked is put, until it is refused. */
  readonly unreadable: WeakMap<Uint8Array, WireFaultError>
}

export function gossipOptions({ seenTtlMs, recent, unreadable }: GossipParameters): Partial<GossipsubOpts> {
  const prefixes = new Map<string, Uint8Array>()
  const prefixOf = (topic: string) => {
    const prefix = prefixes.get(topic) ?? messageIdPrefix(topic)
    if (prefixes.size < topicsMax) prefixes.set(topic, prefix)
    return prefix
  }
  return {
    ...specified,
    seenTTL: seenTtlMs,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    fallbackToFloodsub: false,
    floodPublish: true,
    doPX: false,
    tagMeshPeers: false,
    asyncValidation: true,
    maxInboundDataLength: gossipRpcBytesMax,
    maxOutboundBufferSize: outboundBytesMax,
    dataTransform: transform(unreadable),
    msgIdFn: ({ topic, data }) => {
      if (unreadable.has(data)) return invalidMessageId(topic, data)
      const id = messageId(prefixOf(topic), data)
      recent.share(id, data)
      return Buffer.from(id, 'hex')
    },
    msgIdToStrFn: (id) => Buffer.from(id.buffer, id.byteOffset, id.length).toString('hex'),
    // Spares unpacking a message again for each peer that sends it.
    fastMsgIdFn: ({ topic, data }) =>
      hash('sha256', Buffer.concat([messageIdPrefix(topic), data ?? new Uint8Array(0)]), 'base64'),
  }
}

/** What each message is packed to, which a node with several wires, and several nodes, may ask for. */
const packed = new WeakMap<Uint8Array, Uint8Array>()

/** An error here would be the last that is heard of a message; so one that cannot be unpacked goes on as it is. */
function transform(unreadable: GossipParameters['unreadable']): NonNullable<GossipsubOpts['dataTransform']> {
  return {
    inboundTransform: (_topic, data) => {
      try {
        return uncompressBlock(data, payloadBytesMax)
      } catch (error) {
        if (!(error instanceof WireFaultError)) throw error
        unreadable.set(data, error)
        return data
      }
    },
    outboundTransform: (_topic, data) => {
      const known = packed.get(data)
      if (known !== undefined) return known
      const compressed = compressBlock(data)
      packed.set(data, compressed)
      return compressed
    },
  }
}

function invalidMessageId(topic: string, data: Uint8Array): Uint8Array {
  const prefix = Buffer.concat([invalidDomain, messageIdPrefix(topic).subarray(invalidDomain.length)])
  return Buffer.from(messageId(prefix, data), 'hex')
}
