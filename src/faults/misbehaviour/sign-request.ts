import { z } from 'zod'

const root = z.string().regex(/^0x[0-9a-f]{64}$/i)
const uint = z.union([z.string().regex(/^\d{1,16}$/), z.int().nonnegative()]).transform(Number)

/** The part of a web3signer request that decides whether it is done. Other members are let be. */
const formSchema = z.object({
  type: z.string().max(100),
  signingRoot: root.optional(),
  signing_root: root.optional(),
  attestation: z.object({ slot: uint }).optional(),
  beacon_block: z
    .object({
      block_header: z.object({ slot: uint }).optional(),
      block: z.object({ slot: uint }).optional(),
    })
    .optional(),
  block: z.object({ slot: uint }).optional(),
})

/** What a validator client asks a signature for. */
export interface SignRequest {
  /** e.g. `BLOCK_V2`, `ATTESTATION`. */
  readonly type: string
  /** 32 bytes in hex. */
  readonly signingRoot: string
  /** Of the block or attestation; undefined for other messages. */
  readonly slot: number | undefined
}

export const signRequestSchema = formSchema.transform((form, context): SignRequest => {
  const signingRoot = form.signingRoot ?? form.signing_root
  if (signingRoot === undefined) {
    context.addIssue({ code: 'custom', message: 'a signing root' })
    return z.NEVER
  }
  const { attestation, beacon_block: beaconBlock, block } = form
  const slot = (attestation ?? beaconBlock?.block_header ?? beaconBlock?.block ?? block)?.slot
  return { type: form.type, signingRoot, slot }
})
