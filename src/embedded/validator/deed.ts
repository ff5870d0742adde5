import { z } from 'zod'

/** Slots that a block can be late, or a vote behind: more would be beyond what nodes keep of old branches. */
const slotsMax = 64
/** As long as a mainnet epoch. */
const lateMsMax = 384_000

const validatorSlot = z.int('a whole number').nonnegative('0 or more')

/**
 * Whether a slasher, which has seen both of two messages that contradict each other, publishes the proof, so
 * that the validator is slashed.
 */
const isReported = z.boolean('true or false').optional()

/** What a validator does in place of its duty. Plain data, the same for every client. */
export const deedSchema = z.discriminatedUnion('kind', [
  /** Does no duty at all. */
  z.strictObject({ kind: z.literal('offline') }),
  /** Proposes nothing, and does its other duties. */
  z.strictObject({ kind: z.literal('empty-slot') }),
  /** Publishes its block this long after the start of its slot. */
  z.strictObject({
    kind: z.literal('late-block'),
    byMs: z.int('a whole number').min(1, '1 or more').max(lateMsMax, `at most ${lateMsMax}`),
  }),
  /** Makes its block and keeps it, for ever or until a slot begins. */
  z.strictObject({ kind: z.literal('withheld-block'), untilSlot: validatorSlot.optional() }),
  /**
   * Proposes two blocks in its slot. The second one enters the network elsewhere at the same moment, so that
   * a part of the nodes hears of it first (`split`), or is sent to all after the first one (`all`).
   */
  z.strictObject({
    kind: z.literal('equivocating-block'),
    audience: z.enum(['split', 'all'], 'split or all').optional(),
    isReported,
  }),
  /** Attests to two blocks with one target epoch. */
  z.strictObject({ kind: z.literal('double-vote'), isReported }),
  /** Attests, every second time, from an older source than its vote before, to a later target. */
  z.strictObject({ kind: z.literal('surround-vote'), isReported }),
  /** Attests to the ancestor of the head that is so many slots back. */
  z.strictObject({
    kind: z.literal('wrong-head'),
    slotsBack: z.int('a whole number').min(1, '1 or more').max(slotsMax, `at most ${slotsMax}`).optional(),
  }),
])
export type Deed = z.infer<typeof deedSchema>
export type DeedKind = Deed['kind']

export const deedKinds = deedSchema.options.map(({ shape }) => shape.kind.value)

/** Who does a deed, and when. */
export interface DeedOrder {
  readonly deed: Deed
  readonly validatorIndices: readonly number[]
  /** First slot of it. */
  readonly fromSlot: number
  /** First slot after it; without end when absent. */
  readonly untilSlot?: number | undefined
}
