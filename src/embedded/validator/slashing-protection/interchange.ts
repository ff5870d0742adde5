import { z } from 'zod'
import type { Root } from '../../fork-choice/types.ts'
import { InterchangeError } from './errors.ts'
import type { AttestationSigning, BlockSigning } from './signing-history.ts'

/** Version of the interchange format (EIP-3076). */
export const interchangeVersion = '5'

/** Limits on a file from outside: far above a real one, and small enough to be read at once. */
const keysMax = 65_536
const messagesPerKeyMax = 100_000

const hexSchema = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), `must be 0x and ${2 * bytes} hexadecimal digits`)
    .transform((hex) => hex.toLowerCase())

/** uint64 in decimal. Slots and epochs beyond 2^53 - 1 are not of any chain, and not exact in JavaScript. */
const uint64Schema = z
  .string()
  .regex(/^\d{1,16}$/, 'must be a decimal number')
  .transform(Number)
  .refine(Number.isSafeInteger, 'must be at most 2^53 - 1')

const rootSchema = hexSchema(32)

const interchangeSchema = z.object({
  metadata: z.object({
    interchange_format_version: z.literal(interchangeVersion),
    genesis_validators_root: rootSchema,
  }),
  data: z
    .array(
      z.object({
        pubkey: hexSchema(48),
        signed_blocks: z
          .array(z.object({ slot: uint64Schema, signing_root: rootSchema.optional() }))
          .max(messagesPerKeyMax),
        signed_attestations: z
          .array(
            z.object({
              source_epoch: uint64Schema,
              target_epoch: uint64Schema,
              signing_root: rootSchema.optional(),
            }),
          )
          .max(messagesPerKeyMax),
      }),
    )
    .max(keysMax),
})

/** An interchange file as JSON. */
export type Interchange = z.input<typeof interchangeSchema>

/** What one key has signed. */
export interface KeySignings {
  readonly blocks: BlockSigning[]
  readonly attestations: AttestationSigning[]
}

export interface ParsedInterchange {
  readonly genesisValidatorsRoot: Root
  /** By public key. A key that the file names twice has all of its messages together. */
  readonly signings: ReadonlyMap<string, KeySignings>
}

/** @param json parsed JSON, not trusted @throws {InterchangeError} */
export function parseInterchange(json: unknown): ParsedInterchange {
  const parsed = interchangeSchema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.path.join('.') ?? ''
    throw new InterchangeError(`${path || 'the file'}: ${issue?.message}`, { path })
  }
  const signings = new Map<string, KeySignings>()
  for (const { pubkey, signed_blocks, signed_attestations } of parsed.data.data) {
    const ofKey = signings.get(pubkey) ?? { blocks: [], attestations: [] }
    signings.set(pubkey, ofKey)
    for (const { slot, signing_root } of signed_blocks) {
      ofKey.blocks.push({ slot, signingRoot: signing_root ?? null })
    }
    for (const { source_epoch, target_epoch, signing_root } of signed_attestations) {
      ofKey.attestations.push({
        sourceEpoch: source_epoch,
        targetEpoch: target_epoch,
        signingRoot: signing_root ?? null,
      })
    }
  }
  return { genesisValidatorsRoot: parsed.data.metadata.genesis_validators_root, signings }
}

export function formatInterchange({ genesisValidatorsRoot, signings }: ParsedInterchange): Interchange {
  return {
    metadata: {
      interchange_format_version: interchangeVersion,
      genesis_validators_root: genesisValidatorsRoot,
    },
    data: [...signings].map(([pubkey, { blocks, attestations }]) => ({
      pubkey,
      signed_blocks: blocks.map(({ slot, signingRoot }) => ({
        slot: String(slot),
        ...formatRoot(signingRoot),
      })),
      signed_attestations: attestations.map(({ sourceEpoch, targetEpoch, signingRoot }) => ({
        source_epoch: String(sourceEpoch),
        target_epoch: String(targetEpoch),
        ...formatRoot(signingRoot),
      })),
    })),
  }
}

function formatRoot(signingRoot: Root | null) {
  return signingRoot === null ? {} : { signing_root: signingRoot }
}
