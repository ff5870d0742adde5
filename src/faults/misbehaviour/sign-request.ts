import { z } from 'zod'
import type { ChainDomains } from './chain-signer.ts'
import type { AttestationData } from './signing-roots.ts'

const root = z.string().regex(/^0x[0-9a-f]{64}$/i)
const version = z.string().regex(/^0x[0-9a-f]{8}$/i)
const uint = z.union([z.string().regex(/^\d{1,16}$/), z.int().nonnegative()]).transform(Number)
const checkpoint = z.object({ epoch: uint, root })

/** The part of a web3signer request that decides what is done with it. Other members are let be. */
const formSchema = z.object({
  type: z.string().max(100),
  signingRoot: root.optional(),
  signing_root: root.optional(),
  fork_info: z
    .object({
      fork: z.object({ previous_version: version, current_version: version, epoch: uint }),
      genesis_validators_root: root,
    })
    .optional(),
  attestation: z
    .object({ slot: uint, index: uint, beacon_block_root: root, source: checkpoint, target: checkpoint })
    .optional(),
  beacon_block: z
    .object({
      block_header: z.object({ slot: uint }).optional(),
      block: z.object({ slot: uint }).optional(),
    })
    .optional(),
  block: z.object({ slot: uint }).optional(),
})

/** The message that is to be signed, where it is one that a deed can be about. */
export type SignedMessage =
  | { readonly kind: 'block'; readonly slot: number; readonly domains: ChainDomains }
  | {
      readonly kind: 'vote'
      readonly slot: number
      readonly domains: ChainDomains
      readonly data: AttestationData
    }

/** What a validator client asks a signature for. */
export interface SignRequest {
  /** e.g. `BLOCK_V2`, `RANDAO_REVEAL`. */
  readonly type: string
  /** 32 bytes in hex. */
  readonly signingRoot: string
  /** Undefined for other messages than blocks and attestations. */
  readonly message: SignedMessage | undefined
}

export const signRequestSchema = formSchema.transform((form, context): SignRequest => {
  const signingRoot = form.signingRoot ?? form.signing_root
  if (signingRoot === undefined) return missing('a signing root')
  const { type, attestation, beacon_block: beaconBlock, block } = form
  const slot = (attestation ?? beaconBlock?.block_header ?? beaconBlock?.block ?? block)?.slot
  if (slot === undefined) return { type, signingRoot, message: undefined }
  const domains = domainsOf(form)
  if (domains === undefined) return missing('the fork that it is for, `fork_info`')
  if (attestation === undefined) return { type, signingRoot, message: { kind: 'block', slot, domains } }
  const { beacon_block_root: beaconBlockRoot, ...data } = attestation
  return { type, signingRoot, message: { kind: 'vote', slot, domains, data: { ...data, beaconBlockRoot } } }

  function missing(what: string): never {
    context.addIssue({ code: 'custom', message: what })
    return z.NEVER
  }
})

function domainsOf({ fork_info: info }: z.infer<typeof formSchema>): ChainDomains | undefined {
  if (info === undefined) return undefined
  const { previous_version: previousVersion, current_version: currentVersion, epoch } = info.fork
  return { previousVersion, currentVersion, epoch, genesisValidatorsRoot: info.genesis_validators_root }
}
