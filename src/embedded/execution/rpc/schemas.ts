import { z } from 'zod'
import type { Hex } from '../../../plan/manifest.ts'
import { hexToBytes } from '../bytes.ts'

const dataHint = 'must be 0x and two hexadecimal digits per byte'

/** Lower-case hexadecimal data of any whole number of bytes. */
export const dataSchema = z
  .string()
  // A pattern that counts the digits in pairs exhausts the stack on some megabytes of them.
  .regex(/^0x[0-9a-f]*$/i, dataHint)
  .refine((text) => text.length % 2 === 0, dataHint)
  .transform((text) => text.toLowerCase() as Hex)

function fixedDataSchema(bytes: number) {
  return z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`, 'i'), `must be 0x and ${bytes * 2} hexadecimal digits`)
    .transform((text) => text.toLowerCase() as Hex)
}

export const addressSchema = fixedDataSchema(20)
export const hashSchema = fixedDataSchema(32)
export const payloadIdSchema = fixedDataSchema(8)

/** The bytes of a schema's hexadecimal data. */
export const dataBytesSchema = dataSchema.transform(hexToBytes)
export const addressBytesSchema = addressSchema.transform(hexToBytes)
export const hashBytesSchema = hashSchema.transform(hexToBytes)
export const bloomBytesSchema = fixedDataSchema(256).transform(hexToBytes)

function quantitySchema(bits: number) {
  return z
    .string()
    .regex(
      new RegExp(`^0x(0|[1-9a-f][0-9a-f]{0,${bits / 4 - 1}})$`, 'i'),
      `must be 0x and a hexadecimal number of at most ${bits} bits without leading zeros`,
    )
    .transform((text) => BigInt(text))
}

/** Quantities as EIP-1474 writes them. */
export const quantity64Schema = quantitySchema(64)
export const quantity256Schema = quantitySchema(256)

/** A storage slot: a quantity, or 32 bytes, or anything between, as clients send it. */
export const slotSchema = z
  .string()
  .regex(/^0x[0-9a-f]{0,64}$/i, 'must be 0x and at most 64 hexadecimal digits')
  .transform((text) => ({ text, bytes: hexToBytes(`0x${text.slice(2).padStart(64, '0')}`) }))

export const blockTags = ['latest', 'pending', 'safe', 'finalized', 'earliest'] as const
export type BlockTag = (typeof blockTags)[number]

/** Which block is meant: by tag, by number, or by hash (EIP-1898). */
export type BlockReference =
  | { readonly tag: BlockTag }
  | { readonly number: bigint }
  | { readonly hash: Hex; readonly requireCanonical: boolean }

const blockHint = `must be a block number, or one of ${blockTags.join(', ')}`

const taggedOrNumbered = z.union(
  [
    z.enum(blockTags).transform((tag): BlockReference => ({ tag })),
    quantity64Schema.transform((number): BlockReference => ({ number })),
  ],
  blockHint,
)

export const blockNumberSchema = taggedOrNumbered
  .optional()
  .transform((block) => block ?? { tag: 'latest' as const })

export const blockSchema = z
  .union(
    [
      taggedOrNumbered,
      hashSchema.transform((hash): BlockReference => ({ hash, requireCanonical: false })),
      z
        .object({ blockHash: hashSchema, requireCanonical: z.boolean().default(false) })
        .transform(
          ({ blockHash, requireCanonical }): BlockReference => ({ hash: blockHash, requireCanonical }),
        ),
      z.object({ blockNumber: taggedOrNumbered }).transform(({ blockNumber }) => blockNumber),
    ],
    `${blockHint}, or a block hash`,
  )
  .optional()
  .transform((block): BlockReference => block ?? { tag: 'latest' })

const accessListSchema = z
  .array(z.object({ address: addressSchema, storageKeys: z.array(hashSchema).max(10_000) }))
  .max(10_000)

const authorizationSchema = z.object({
  chainId: quantity256Schema,
  address: addressSchema,
  nonce: quantity64Schema,
  yParity: quantity64Schema,
  r: quantity256Schema,
  s: quantity256Schema,
})

/** The transaction of eth_call and eth_estimateGas: everything may be absent. */
export const callSchema = z
  .object({
    from: addressSchema,
    to: addressSchema.nullable(),
    gas: quantity64Schema,
    gasPrice: quantity256Schema,
    maxFeePerGas: quantity256Schema,
    maxPriorityFeePerGas: quantity256Schema,
    value: quantity256Schema,
    nonce: quantity64Schema,
    input: dataSchema,
    data: dataSchema,
    accessList: accessListSchema,
    authorizationList: z.array(authorizationSchema).max(1000),
  })
  .partial()

export type CallRequest = z.output<typeof callSchema>

/** Accounts as a simulation pretends them to be, by address. */
export const stateOverrideSchema = z
  .record(
    addressSchema,
    z
      .object({
        balance: quantity256Schema,
        nonce: quantity64Schema,
        code: dataBytesSchema,
        state: z.record(hashSchema, hashBytesSchema),
        stateDiff: z.record(hashSchema, hashBytesSchema),
      })
      .partial(),
  )
  .optional()

export type StateOverride = NonNullable<z.output<typeof stateOverrideSchema>>

/** The block as a simulation pretends it to be. */
export const blockOverrideSchema = z
  .object({
    number: quantity64Schema,
    time: quantity64Schema,
    gasLimit: quantity64Schema,
    feeRecipient: addressSchema,
    prevRandao: hashSchema,
    baseFeePerGas: quantity256Schema,
  })
  .partial()
  .optional()

export type BlockOverride = NonNullable<z.output<typeof blockOverrideSchema>>

const topicsMax = 1000

/** Which logs are meant. A missing or null topic matches any; a list matches any of its items. */
export const logFilterSchema = z.object({
  blockHash: hashSchema.optional(),
  fromBlock: taggedOrNumbered.nullish(),
  toBlock: taggedOrNumbered.nullish(),
  address: z
    .union([addressSchema.transform((one) => [one]), z.array(addressSchema).max(topicsMax)])
    .nullish(),
  topics: z
    .array(
      z.union([
        hashSchema.transform((one) => [one]),
        z.array(hashSchema.nullable()).max(topicsMax),
        z.null(),
      ]),
    )
    .max(4)
    .nullish(),
})

export type LogFilterRequest = z.output<typeof logFilterSchema>
