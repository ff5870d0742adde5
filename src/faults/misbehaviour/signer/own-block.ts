import { z } from 'zod'
import type { BeaconApi } from '../../../apis/beacon-api.ts'
import type { SignedHeader } from '../slashings.ts'
import type { SignerDuty, SignerTools } from './signer-tools.ts'

const uint = z.string().regex(/^\d+$/)
const root = z.string().regex(/^0x[0-9a-f]{64}$/i)
const blockSchema = z.object({
  slot: uint,
  proposer_index: uint,
  parent_root: root,
  state_root: root,
  body: z.record(z.string(), z.unknown()),
})
const producedSchema = z.object({
  version: z.enum(['electra', 'fulu']),
  execution_payload_blinded: z.literal(false),
  data: z.object({ block: blockSchema, kzg_proofs: z.array(z.string()), blobs: z.array(z.string()) }),
})

/** A block that a beacon node has made for a validator, and that we sign and publish in its client's place. */
export interface OwnBlock extends SignedHeader {
  publish(api: BeaconApi): Promise<void>
}

/** @param graffiti up to 32 characters, by which blocks of one slot differ */
export async function makeOwnBlock(
  { own, clock, signal }: SignerTools,
  { slot, signer }: SignerDuty,
  graffiti: string,
): Promise<OwnBlock> {
  const { slotsPerEpoch } = clock
  const query = new URLSearchParams({
    randao_reveal: signer.signRandao(clock.epochOf(slot)),
    graffiti: `0x${Buffer.from(graffiti.padEnd(32, '\0')).toString('hex')}`,
  })
  const { version, data } = await own().get(`/eth/v3/validator/blocks/${slot}?${query}`, producedSchema, {
    signal,
  })
  const { block: message, ...blobs } = data
  const header = await headerOf(message)
  const signature = signer.signHeader(header, slotsPerEpoch)
  const body = { signed_block: { message, signature }, ...blobs }
  const publish = (api: BeaconApi) => api.submit('/eth/v2/beacon/blocks', body, { version, signal })
  return { header, signature, publish }
}

async function headerOf(block: z.infer<typeof blockSchema>): Promise<SignedHeader['header']> {
  // Loaded when it is wanted: most networks do without.
  const { blockBodyRoot } = await import('./block-body-root.ts')
  return {
    slot: Number(block.slot),
    proposerIndex: Number(block.proposer_index),
    parentRoot: block.parent_root,
    stateRoot: block.state_root,
    bodyRoot: blockBodyRoot(block.body),
  }
}
