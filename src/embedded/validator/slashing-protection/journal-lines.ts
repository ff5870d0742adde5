import { z } from 'zod'
import type { Root } from '../../fork-choice/types.ts'
import type { ProtectionEntry } from './protection-store.ts'

const format = 'eth-localnet-slashing-protection'
const version = 1

const rootSchema = z.string().regex(/^0x[0-9a-f]{64}$/)
const publicKeySchema = z.string().regex(/^0x[0-9a-f]{96}$/)
const numberSchema = z.number().int().nonnegative()

const headerSchema = z.object({
  format: z.literal(format),
  version: z.literal(version),
  genesisValidatorsRoot: rootSchema,
})

/** Short, since there is one for each message that is signed. */
const entrySchema = z.union([
  z.tuple([z.literal('b'), publicKeySchema, numberSchema, rootSchema.nullable()]),
  z.tuple([z.literal('a'), publicKeySchema, numberSchema, numberSchema, rootSchema.nullable()]),
  z.tuple([
    z.literal('w'),
    publicKeySchema,
    numberSchema.nullable(),
    numberSchema.nullable(),
    numberSchema.nullable(),
  ]),
])

export function headerLine(genesisValidatorsRoot: Root): string {
  return `${JSON.stringify({ format, version, genesisValidatorsRoot })}\n`
}

/** The chain that a journal belongs to; undefined when the line is not a journal's first. */
export function parseHeader(line: string): Root | undefined {
  return headerSchema.safeParse(parseJson(line)).data?.genesisValidatorsRoot
}

export function entryLine(entry: ProtectionEntry): string {
  return `${JSON.stringify(fieldsOf(entry))}\n`
}

function fieldsOf(entry: ProtectionEntry): z.infer<typeof entrySchema> {
  const { kind, publicKey } = entry
  if (kind === 'block') return ['b', publicKey, entry.signing.slot, entry.signing.signingRoot]
  if (kind === 'attestation') {
    const { sourceEpoch, targetEpoch, signingRoot } = entry.signing
    return ['a', publicKey, sourceEpoch, targetEpoch, signingRoot]
  }
  const { slot, sourceEpoch, targetEpoch } = entry.watermark
  return ['w', publicKey, slot, sourceEpoch, targetEpoch]
}

/** Undefined when the line is damaged. */
export function parseEntry(line: string): ProtectionEntry | undefined {
  const fields = entrySchema.safeParse(parseJson(line)).data
  if (fields === undefined) return undefined
  if (fields[0] === 'b') {
    const [, publicKey, slot, signingRoot] = fields
    return { kind: 'block', publicKey, signing: { slot, signingRoot } }
  }
  if (fields[0] === 'a') {
    const [, publicKey, sourceEpoch, targetEpoch, signingRoot] = fields
    return { kind: 'attestation', publicKey, signing: { sourceEpoch, targetEpoch, signingRoot } }
  }
  const [, publicKey, slot, sourceEpoch, targetEpoch] = fields
  return { kind: 'watermark', publicKey, watermark: { slot, sourceEpoch, targetEpoch } }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
