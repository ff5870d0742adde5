import { z } from 'zod'
import {
  addressBytesSchema,
  bloomBytesSchema,
  dataBytesSchema,
  hashBytesSchema,
  hashSchema,
  quantity64Schema,
  quantity256Schema,
} from '../rpc/schemas.ts'

/** EIP-4895 with the limit of the mainnet preset, MAX_WITHDRAWALS_PER_PAYLOAD. */
const withdrawalsSchema = z
  .array(
    z.object({
      index: quantity64Schema,
      validatorIndex: quantity64Schema,
      address: addressBytesSchema,
      amount: quantity64Schema,
    }),
  )
  .max(16)

const extraDataSchema = dataBytesSchema.refine((bytes) => bytes.length <= 32, 'must be at most 32 bytes')

/** ExecutionPayloadV3 (execution-apis `src/engine/cancun.md`). */
export const payloadSchema = z.object({
  parentHash: hashBytesSchema,
  feeRecipient: addressBytesSchema,
  stateRoot: hashBytesSchema,
  receiptsRoot: hashBytesSchema,
  logsBloom: bloomBytesSchema,
  prevRandao: hashBytesSchema,
  blockNumber: quantity64Schema,
  gasLimit: quantity64Schema,
  gasUsed: quantity64Schema,
  timestamp: quantity64Schema,
  extraData: extraDataSchema,
  baseFeePerGas: quantity256Schema,
  blockHash: hashBytesSchema,
  transactions: z.array(dataBytesSchema),
  withdrawals: withdrawalsSchema,
  blobGasUsed: quantity64Schema,
  excessBlobGas: quantity64Schema,
})

export const versionedHashesSchema = z.array(hashBytesSchema).max(4096)

/** Type byte and data, in ascending order of types, none empty (execution-apis `src/engine/prague.md`). */
export const executionRequestsSchema = z
  .array(dataBytesSchema)
  .max(256)
  .refine((requests) => requests.every(({ length }) => length > 1), 'requests must not be empty')
  .refine(
    (requests) =>
      requests.every(([type = 0], index) => index === 0 || type > (requests[index - 1]?.[0] ?? 0)),
    'requests must be in ascending order of their types',
  )
  .refine((requests) => requests.every(([type = 0]) => type <= 2), 'requests must be of a known type')

export const forkchoiceStateSchema = z.object({
  headBlockHash: hashSchema,
  safeBlockHash: hashSchema,
  finalizedBlockHash: hashSchema,
})

/** PayloadAttributesV3. */
export const payloadAttributesSchema = z.object({
  timestamp: quantity64Schema
    .refine((timestamp) => timestamp <= BigInt(Number.MAX_SAFE_INTEGER), 'must be at most 2^53 - 1')
    .transform(Number),
  prevRandao: hashBytesSchema,
  suggestedFeeRecipient: addressBytesSchema,
  withdrawals: withdrawalsSchema,
  parentBeaconBlockRoot: hashBytesSchema,
})
