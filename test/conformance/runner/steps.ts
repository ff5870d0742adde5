import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConformanceError } from './conformance-error.ts'

const root = z.string().regex(/^0x[0-9a-f]{64}$/)
const fileName = (kind: string) => z.string().regex(new RegExp(`^${kind}_0x[0-9a-f]{64}$`))
const checkpoint = z.strictObject({ epoch: z.int(), root })
const valid = z.boolean().default(true)

/** Every check of the format. An unknown one is refused: it would pass unnoticed. */
const checks = z
  .strictObject({
    time: z.number(),
    genesis_time: z.int(),
    head: z.strictObject({ slot: z.int(), root }),
    justified_checkpoint: checkpoint,
    finalized_checkpoint: checkpoint,
    unrealized_justified_checkpoint: checkpoint,
    unrealized_finalized_checkpoint: checkpoint,
    proposer_boost_root: root,
    get_proposer_head: root,
    should_override_forkchoice_update: z.strictObject({
      validator_is_connected: z.boolean(),
      result: z.boolean(),
    }),
    viable_for_head_roots_and_weights: z.array(z.strictObject({ root, weight: z.int() })),
  })
  .partial()

const payloadStatus = z.strictObject({
  status: z.enum(['VALID', 'INVALID', 'SYNCING', 'ACCEPTED', 'INVALID_BLOCK_HASH']),
  latest_valid_hash: root.nullable(),
  validation_error: z.string().nullable(),
})

const blockStep = z.strictObject({
  block: fileName('block'),
  blobs: fileName('blobs').optional(),
  proofs: z.array(z.string().regex(/^0x[0-9a-f]{96}$/)).optional(),
  columns: z.array(fileName('column')).optional(),
  valid,
})

/** A step of `steps.yaml` (consensus-specs, `tests/formats/fork_choice/README.md`), for Deneb to Fulu. */
const step = z.union([
  z.strictObject({ tick: z.number(), valid }),
  z.strictObject({ attestation: fileName('attestation'), valid }),
  blockStep,
  z.strictObject({ attester_slashing: fileName('attester_slashing'), valid }),
  z.strictObject({ block_hash: root, payload_status: payloadStatus }),
  z.strictObject({ checks }),
])

export type Step = z.infer<typeof step>
export type BlockStep = z.infer<typeof blockStep>
export type PayloadStatusStep = z.infer<typeof payloadStatus>
export type Checks = z.infer<typeof checks>

/** @throws {ConformanceError} when the file is missing, or has a step or a check that is not known. */
export function readSteps(directory: string): Step[] {
  const parsed: unknown = parse(readFileSync(join(directory, 'steps.yaml'), 'utf8'))
  if (!Array.isArray(parsed)) throw new ConformanceError('steps.yaml is not a list.')
  return parsed.map((raw: unknown, index) => {
    const { data, error } = step.safeParse(raw)
    if (data !== undefined) return data
    throw new ConformanceError(`Step ${index} is not one of the format: ${JSON.stringify(raw)}`, [
      z.prettifyError(error),
    ])
  })
}
