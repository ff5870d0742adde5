import { ForkName } from '@lodestar/params'
import { z } from 'zod'

const root = z.string().regex(/^0x[0-9a-f]{64}$/)
const count = z.int().nonnegative()

/** A node's anchor as the database has it: block and state are kept apart, by the block's root. */
const anchorRecord = z.object({
  epoch: count,
  slot: count,
  root,
  fork: z.enum([ForkName.deneb, ForkName.electra, ForkName.fulu]),
  genesis: z.object({ root, stateRoot: root }),
})

export type AnchorRecord = z.infer<typeof anchorRecord>

export function encodeAnchorRecord(record: AnchorRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record))
}

/** @throws Error when it is not one. */
export function decodeAnchorRecord(bytes: Uint8Array): AnchorRecord {
  return anchorRecord.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
}
