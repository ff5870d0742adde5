import { isDeepStrictEqual } from 'node:util'
import type { BeaconChain } from '../../../src/embedded/chain/beacon-chain.ts'
import { ConformanceError } from './conformance-error.ts'
import type { Checks } from './steps.ts'

/** Some depend on what was asked. */
type Answer = (chain: BeaconChain, asked: Checks) => unknown

/** What the chain says of each check, in the words of the format. */
const answers: Readonly<Record<keyof Checks, Answer>> = {
  time: ({ forkChoice }, asked) => seconds(forkChoice.timeMs, asked.time),
  genesis_time: ({ time }, asked) => seconds(time.genesisTimeMs, asked.genesis_time),
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
  should_override_forkchoice_update: ({ forkChoice }, asked) => {
    const proposesNextSlot = asked.should_override_forkchoice_update?.validator_is_connected ?? false
    const result = forkChoice.shouldOverrideForkchoiceUpdate({ proposesNextSlot })
    return { validator_is_connected: proposesNextSlot, result }
  },
  viable_for_head_roots_and_weights: ({ forkChoice }, asked) => {
    const order = asked.viable_for_head_roots_and_weights?.map(({ root }) => root) ?? []
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

function compare(chain: BeaconChain, name: keyof Checks, checks: Checks): void {
  const expected = checks[name]
  const found = answers[name](chain, checks)
  if (isDeepStrictEqual(found, expected)) return
  throw new ConformanceError(`${name} differs.`, [
    `Expected: ${JSON.stringify(expected)}`,
    `Here:     ${JSON.stringify(found)}`,
  ])
}

/** The specification's vectors have whole seconds, traces have fractions. */
function seconds(timeMs: number, expected: number | undefined): number {
  return Number.isInteger(expected) ? Math.floor(timeMs / 1000) : timeMs / 1000
}
