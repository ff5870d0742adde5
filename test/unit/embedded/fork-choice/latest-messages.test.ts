import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_NODE } from '../../../../src/embedded/fork-choice/block-tree.ts'
import { LatestMessages } from '../../../../src/embedded/fork-choice/latest-messages.ts'

const VALIDATOR_COUNT = 300
const NODE_COUNT = 150
const validators = Array.from({ length: VALIDATOR_COUNT }, (_, validator) => validator)

const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('vote' as const),
      // Shrinks towards few, but reaches past every growth of the arrays.
      validator: fc.nat(VALIDATOR_COUNT - 1),
      epoch: fc.nat(5),
      node: fc.nat(NODE_COUNT - 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('slash' as const), validator: fc.nat(VALIDATOR_COUNT - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('balances' as const), seed: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('prune' as const), dropped: fc.nat(20) }) },
)

describe('latest messages', () => {
  it('weigh what adding up all votes would give, through growth, slashings, new balances and pruning', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const messages = new LatestMessages()
        const votes = new Map<number, { epoch: number; node: number }>()
        const slashed = new Set<number>()
        let balances = new Uint16Array(0)
        for (const next of steps) {
          if (next.kind === 'vote') {
            const { validator, epoch, node } = next
            const counts = !slashed.has(validator) && epoch > (votes.get(validator)?.epoch ?? -1)
            expect(messages.update(validator, epoch, node)).toBe(counts)
            if (counts) votes.set(validator, { epoch, node })
          } else if (next.kind === 'slash') {
            messages.discount(next.validator)
            slashed.add(next.validator)
          } else if (next.kind === 'balances') {
            balances = Uint16Array.from({ length: VALIDATOR_COUNT }, (_, index) => (index * next.seed) % 2049)
            messages.setBalances(balances)
          } else {
            const newNode = (node: number) => (node < next.dropped ? NO_NODE : node - next.dropped)
            messages.remap(Int32Array.from({ length: NODE_COUNT }, (_, node) => newNode(node)))
            for (const vote of votes.values()) if (vote.node !== NO_NODE) vote.node = newNode(vote.node)
          }
        }
        const weights = new Array<number>(NODE_COUNT).fill(0)
        for (const [validator, { node }] of votes) {
          if (node !== NO_NODE && !slashed.has(validator)) {
            weights[node] = (weights[node] ?? 0) + (balances[validator] ?? 0)
          }
        }
        expect(weights.map((_, node) => messages.directIncrements(node))).toEqual(weights)
        expect(validators.map((validator) => messages.get(validator))).toEqual(
          validators.map((validator) => {
            const vote = votes.get(validator)
            return vote && { epoch: vote.epoch, nodeIndex: vote.node }
          }),
        )
        expect(validators.filter((validator) => messages.isEquivocating(validator))).toEqual(
          validators.filter((validator) => slashed.has(validator)),
        )
      }),
      { numRuns: 50 },
    )
  })
})
