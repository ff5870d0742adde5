import { isDeepStrictEqual } from 'node:util'
import type { BeaconChain } from '../../../src/embedded/chain/beacon-chain.ts'
import { ConformanceError } from './conformance-error.ts'
import type { Checks } from './steps.ts'

type Compared = {
  readonly [Name in keyof Checks]-?: (chain: BeaconChain, expected: NonNullable<Checks[Name]>) => unknown
}

/** What the chain says of each check, in the words of the format. */
const actual: Compared = {
  time: ({ forkChoice }, expected) => seconds(forkChoice.timeMs, expected),
  genesis_time: ({ time }, expected) => seconds(time.genesisTimeMs, expected),
  head: (chain) => {
    const { slot, root } = chain.updateHead()
    return { slot, root }
  },
  justified_checkpoint: ({ forkChoice }) => forkChoice.justifiedCheckpoint,
  finalized_checkpoint: ({ forkChoice }) => forkChoice.finalizedCheckpoint,
  unrealized_justified_checkpoint: ({ forkChoice }) => forkChoice.unrealizedJustifiedCheckpoint,
  unrealized_finalized_checkpoint: ({ forkChoice }) => forkChoice.unrealizedFinalizedCheckpoint,
  proposer_boost_root: ({ forkChoice }) => forkChoice.proposerBoostRoot,
  get_proposer_head: ({ forkChoice }) => forkChoice.getProposerHead(forkChoice.currentSlot).root,
  should_override_forkchoice_update: ({ forkChoice }, { validator_is_connected }) => ({
    validator_is_connected,
    result: forkChoice.shouldOverrideForkchoiceUpdate({ proposesNextSlot: validator_is_connected }),
  }),
  viable_for_head_roots_and_weights: ({ forkChoice }, expected) => {
    const order = expected.map(({ root }) => root)
    return forkChoice
      .getViableHeads()
      .map(({ root }) => ({ root, weight: Number(forkChoice.getWeightGwei(root)) }))
      .sort((a, b) => order.indexOf(a.root) - order.indexOf(b.root))
  },
}

/**
 * Compares everything that a `checks` step names.
 *
 * @returns how many there were.
 * @throws {ConformanceError} at the first difference.
 */
export function compareChecks(chain: BeaconChain, checks: Checks): number {
  const names = Object.keys(checks) as (keyof Checks)[]
  for (const name of names) compare(chain, name, checks)
  return names.length
}

function compare<Name extends keyof Checks>(chain: BeaconChain, name: Name, checks: Checks): void {
  const expected = checks[name]
  if (expected === undefined) throw new ConformanceError(`The check ${name} has no value.`)
  const found = actual[name](chain, expected)
  if (isDeepStrictEqual(found, expected)) return
  throw new ConformanceError(`${name} differs.`, [
    `Expected: ${JSON.stringify(expected)}`,
    `Here:     ${JSON.stringify(found)}`,
  ])
}

/** The specification's vectors have whole seconds, traces have fractions. */
function seconds(timeMs: number, expected: number): number {
  return Number.isInteger(expected) ? Math.floor(timeMs / 1000) : timeMs / 1000
}
