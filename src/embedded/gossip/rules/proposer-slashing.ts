import { getProposerSlashingSignatureSets, isSlashableValidator } from '@lodestar/state-transition'
import { type phase0, ssz } from '@lodestar/types'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import { alreadyKnown, type Refusal, reject } from '../verdicts.ts'

/** `validate_proposer_slashing_gossip` (phase0/p2p-interface.md). */
export const proposerSlashingRules: TopicRules<phase0.ProposerSlashing> = {
  decode: (bytes) => ssz.phase0.ProposerSlashing.deserialize(bytes),
  before,
  // [REJECT] The signatures are valid
  signatures: (slashing, { protocol, chain }) => [
    {
      reason: 'invalid proposer slashing signature',
      sets: getProposerSlashingSignatureSets(protocol.config, chain.head.state.slot, slashing),
    },
  ],
  accept(slashing, { seen, pools }) {
    seen.proposerSlashings.add(slashing.signedHeader1.message.proposerIndex)
    pools.operations.addProposerSlashing(slashing)
  },
}

function before(slashing: phase0.ProposerSlashing, { chain, seen }: GossipNode): Refusal | undefined {
  const header1 = slashing.signedHeader1.message
  const header2 = slashing.signedHeader2.message
  const { proposerIndex } = header1

  // [IGNORE] The proposer slashing is the first valid proposer slashing received for this proposer
  if (seen.proposerSlashings.has(proposerIndex)) {
    return alreadyKnown('already seen proposer slashing for this proposer')
  }

  // [REJECT] The header slots match
  if (header1.slot !== header2.slot) return reject('header slots do not match')

  // [REJECT] The header proposer indices match
  if (proposerIndex !== header2.proposerIndex) return reject('header proposer indices do not match')

  // [REJECT] The headers are different
  if (ssz.phase0.BeaconBlockHeaderBigint.equals(header1, header2)) return reject('headers are not different')

  const { state } = chain.head

  // [REJECT] The proposer index is a valid validator index
  if (proposerIndex >= state.validators.length) return reject('proposer index out of range')

  // [REJECT] The proposer is slashable
  if (!isSlashableValidator(state.validators.getReadonly(proposerIndex), state.epochCtx.epoch)) {
    return reject('proposer is not slashable')
  }
  return undefined
}
