import { FAR_FUTURE_EPOCH } from '@lodestar/params'
import { getVoluntaryExitSignatureSet, isActiveValidator } from '@lodestar/state-transition'
import { type phase0, ssz } from '@lodestar/types'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import { alreadyKnown, ignore, type Refusal, reject } from '../verdicts.ts'

/** `validate_voluntary_exit_gossip` (deneb/p2p-interface.md). */
export const voluntaryExitRules: TopicRules<phase0.SignedVoluntaryExit> = {
  decode: (bytes) => ssz.phase0.SignedVoluntaryExit.deserialize(bytes),
  before,
  // [REJECT] The signature is valid
  signatures: (exit, { protocol, chain }) => [
    {
      reason: 'invalid voluntary exit signature',
      sets: [getVoluntaryExitSignatureSet(protocol.config, chain.head.state.slot, exit)],
    },
  ],
  accept(exit, { seen, pools }) {
    seen.voluntaryExits.add(exit.message.validatorIndex)
    pools.operations.addVoluntaryExit(exit)
  },
}

function before(
  { message }: phase0.SignedVoluntaryExit,
  { chain, protocol, time, seen }: GossipNode,
): Refusal | undefined {
  // [IGNORE] The voluntary exit is the first valid voluntary exit received for the validator
  if (seen.voluntaryExits.has(message.validatorIndex)) {
    return alreadyKnown('already seen voluntary exit for this validator')
  }

  // [IGNORE] The voluntary exit epoch is not in the future
  if (time.isFutureEpoch(message.epoch)) return ignore('voluntary exit epoch is in the future')

  const { state } = chain.head

  // [REJECT] The validator index is valid
  if (message.validatorIndex >= state.validators.length) return reject('validator index out of range')

  const validator = state.validators.getReadonly(message.validatorIndex)
  const currentEpoch = state.epochCtx.epoch

  // [IGNORE] The validator has not already initiated exit
  if (validator.exitEpoch !== FAR_FUTURE_EPOCH) return ignore('validator has already initiated exit')

  // [REJECT] The validator is active
  if (!isActiveValidator(validator, currentEpoch)) return reject('validator is not active')

  // [REJECT] The validator has been active long enough
  if (currentEpoch < validator.activationEpoch + protocol.config.SHARD_COMMITTEE_PERIOD) {
    return reject('validator has not been active long enough')
  }
  return undefined
}
