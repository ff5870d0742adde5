import { z } from 'zod'
import type { Hex } from '../../../plan/manifest.ts'
import { hexToBytes } from '../../execution/bytes.ts'
import { executionRequestsSchema, payloadSchema } from '../../execution/engine/engine-schemas.ts'
import { hashSchema, payloadIdSchema, quantity256Schema } from '../../execution/rpc/schemas.ts'
import type { BuiltPayload, PayloadStatus } from '../execution-engine.ts'

/** Of a reason in the client's own words. */
const reasonLengthMax = 1000

/** PayloadStatusV1. A block hash that does not fit was a status of its own before the Engine API's Shanghai. */
export const payloadStatusSchema = z
  .object({
    status: z.enum(['VALID', 'INVALID', 'SYNCING', 'ACCEPTED', 'INVALID_BLOCK_HASH']),
    latestValidHash: hashSchema.nullish(),
    validationError: z.string().nullish(),
  })
  .transform(
    ({ status, latestValidHash = null, validationError = null }): PayloadStatus => ({
      status: status === 'INVALID_BLOCK_HASH' ? 'INVALID' : status,
      latestValidHash,
      validationError: validationError?.slice(0, reasonLengthMax) ?? null,
    }),
  )

export const forkchoiceAnswerSchema = z.object({
  payloadStatus: payloadStatusSchema,
  payloadId: payloadIdSchema.nullish().transform((id) => id ?? null),
})

export const capabilitiesSchema = z.array(z.string().max(200)).max(1000)

/** BlobsBundleV1 and V2 are alike but for the number of proofs. */
const blobsBundleSchema = z.object({
  commitments: z.array(bytesSchema(48)),
  proofs: z.array(bytesSchema(48)),
  blobs: z.array(bytesSchema(131_072)),
})

/** What engine_getPayload answers from V3 on. @param proofsPerBlob one, or one of each cell (EIP-7594) */
export function builtPayloadSchema(proofsPerBlob: number): z.ZodType<BuiltPayload> {
  return z
    .object({
      executionPayload: payloadSchema,
      blockValue: quantity256Schema,
      blobsBundle: blobsBundleSchema,
      executionRequests: executionRequestsSchema.nullish(),
    })
    .refine(
      ({ blobsBundle: { commitments, proofs, blobs } }) =>
        commitments.length === blobs.length && proofs.length === blobs.length * proofsPerBlob,
      'must have a commitment and the proofs of each blob',
    )
    .transform(({ executionPayload, blockValue, blobsBundle, executionRequests }, context): BuiltPayload => {
      const number = (value: bigint): number => {
        if (value > BigInt(Number.MAX_SAFE_INTEGER)) context.addIssue(`has a number as large as ${value}`)
        return Number(value)
      }
      return {
        executionPayload: {
          ...executionPayload,
          blockNumber: number(executionPayload.blockNumber),
          gasLimit: number(executionPayload.gasLimit),
          gasUsed: number(executionPayload.gasUsed),
          timestamp: number(executionPayload.timestamp),
          withdrawals: executionPayload.withdrawals.map((withdrawal) => ({
            ...withdrawal,
            index: number(withdrawal.index),
            validatorIndex: number(withdrawal.validatorIndex),
          })),
        },
        blockValueWei: blockValue,
        blobsBundle,
        executionRequests: executionRequests ?? [],
      }
    })
}

function bytesSchema(length: number) {
  return z
    .string()
    .length(2 + length * 2, `must have ${length} bytes`)
    .regex(/^0x[0-9a-f]*$/i, 'must be hexadecimal')
    .transform((text) => hexToBytes(text as Hex))
}
