import { hash } from 'node:crypto'

/** MESSAGE_DOMAIN_VALID_SNAPPY. */
const domain = Uint8Array.of(1, 0, 0, 0)

const idBytes = 20

/** What comes before a message's data when its id is hashed, the same for all messages of a topic. */
export function messageIdPrefix(topic: string): Uint8Array {
  const name = Buffer.from(topic)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(name.length))
  return Buffer.concat([domain, length, name])
}

/** `message-id` of altair/p2p-interface.md for data that was compressed well; hexadecimal. */
export function messageId(prefix: Uint8Array, data: Uint8Array): string {
  return hash('sha256', Buffer.concat([prefix, data]), 'hex').slice(0, 2 * idBytes)
}
