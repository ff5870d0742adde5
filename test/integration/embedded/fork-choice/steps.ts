import fc from 'fast-check'

/** One thing that happens to a node, with choices that are made concrete when it happens. */
export type Step =
  | { readonly kind: 'tick'; readonly slots: number; readonly partOfSlot: number }
  | {
      readonly kind: 'block'
      readonly parent: number
      readonly slotsBack: number
      readonly proposer: number
      readonly salt: number
      readonly isRepeated: boolean
      readonly isOptimistic: boolean
      /** Which epochs its state has justified and finalized. */
      readonly checkpoints: readonly [number, number]
      readonly committee: readonly number[]
    }
  | {
      readonly kind: 'attestation'
      readonly block: number
      readonly slotsBack: number
      readonly targetEpochError: number
      readonly hasOtherTarget: boolean
      readonly isFromBlock: boolean
      readonly validators: readonly number[]
    }
  | { readonly kind: 'slashing'; readonly validators: readonly number[] }
  | {
      readonly kind: 'payload'
      readonly block: number
      readonly isValid: boolean
      /** Whose payload is the latest valid one; undefined for a latestValidHash of null. */
      readonly ancestor: number | undefined
    }
  | { readonly kind: 'prune' }

export const VALIDATOR_COUNT = 12

const seldom = fc.integer({ min: 0, max: 19 }).map((roll) => roll === 0)
const someValidators = fc.uniqueArray(fc.integer({ min: 0, max: VALIDATOR_COUNT - 1 }), {
  minLength: 1,
  maxLength: VALIDATOR_COUNT,
})

const tick: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('tick' as const),
  slots: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(0, 1, 1, 1, 2) }, fc.integer({ min: 0, max: 9 })),
  partOfSlot: fc.constantFrom(0, 0.1, 0.1667, 0.17, 0.3332, 0.3333, 0.5, 0.9999),
})

const block: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('block' as const),
  parent: fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 6),
  slotsBack: fc.constantFrom(1, 1, 1, 1, 2, 3, 0, 7),
  proposer: fc.integer({ min: 0, max: 1 }),
  salt: fc.integer({ min: 0, max: 255 }),
  isRepeated: seldom,
  isOptimistic: fc.constantFrom(true, true, true, false),
  checkpoints: fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 })),
  committee: someValidators,
})

const attestation: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('attestation' as const),
  block: fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 5, 9),
  slotsBack: fc.constantFrom(3, 3, 3, 2, 2, 4, 1, 0, 6, 12),
  targetEpochError: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 1),
  hasOtherTarget: seldom,
  isFromBlock: fc.boolean(),
  validators: someValidators,
})

const slashing: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('slashing' as const),
  validators: fc.uniqueArray(fc.integer({ min: 0, max: VALIDATOR_COUNT - 1 }), { maxLength: 2 }),
})

const payload: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('payload' as const),
  block: fc.constantFrom(0, 0, 1, 2, 4),
  isValid: fc.constantFrom(true, false, false),
  ancestor: fc.constantFrom(undefined, 1, 2, 3, 6),
})

/** A step of any kind but a pruning, mostly of those that a chain is made of. */
const anyStep = fc.oneof(
  { weight: 6, arbitrary: tick },
  { weight: 7, arbitrary: block },
  { weight: 8, arbitrary: attestation },
  { weight: 1, arbitrary: slashing },
  { weight: 3, arbitrary: payload },
)

/** One slot of a healthy chain: a tick, a block upon the newest, votes for it. */
const healthySlot: fc.Arbitrary<Step[]> = fc
  .record({ checkpoints: fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 })) })
  .map(({ checkpoints }) => [
    { kind: 'tick', slots: 1, partOfSlot: 0 },
    {
      kind: 'block',
      parent: 0,
      slotsBack: 1,
      proposer: 0,
      salt: 7,
      isRepeated: false,
      isOptimistic: false,
      checkpoints,
      committee: [0, 1, 2],
    },
    {
      kind: 'attestation',
      block: 0,
      slotsBack: 2,
      targetEpochError: 0,
      hasOtherTarget: false,
      isFromBlock: false,
      validators: [...Array(VALIDATOR_COUNT).keys()],
    },
  ])

/** A life of a node: random steps, with stretches of a healthy chain between them. */
export const lives = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.array(anyStep, { minLength: 1, maxLength: 12 }) },
      {
        weight: 2,
        arbitrary: fc.array(healthySlot, { minLength: 1, maxLength: 6 }).map((slots) => slots.flat()),
      },
    ),
    { minLength: 3, maxLength: 12, size: 'max' },
  )
  .map((stretches) => stretches.flat())

export const validators = fc.array(
  fc.record({
    increments: fc.oneof(fc.constant(32), fc.integer({ min: 0, max: 2048 })),
    isActive: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 0),
    slashed: seldom,
  }),
  { minLength: VALIDATOR_COUNT, maxLength: VALIDATOR_COUNT },
)
