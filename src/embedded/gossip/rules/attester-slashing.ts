import { ForkName, MAX_COMMITTEES_PER_SLOT, MAX_VALIDATORS_PER_COMMITTEE } from '@lodestar/params'
import {
  getAttesterSlashableIndices,
  getAttesterSlashingSignatureSets,
  isSlashableAttestationData,
  isSlashableValidator,
} from '@lodestar/state-transition'
import { type AttesterSlashing, ssz } from '@lodestar/types'
import type { Fork } from '../../protocol/signed-block.ts'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import type { SignatureCheck } from '../shared-messages.ts'
import type { Topic } from '../topics.ts'
import { alreadyKnown, type Refusal, reject } from '../verdicts.ts'

type Slashing = AttesterSlashing<Fork>

/** `validate_attester_slashing_gossip` (phase0/p2p-interface.md; larger lists from Electra on). */
export const attesterSlashingRules: TopicRules<Slashing> = {
  decode: (bytes, { fork }) =>
    fork === ForkName.deneb
      ? ssz.phase0.AttesterSlashing.deserialize(bytes)
      : ssz.electra.AttesterSlashing.deserialize(bytes),
  before,
  signatures,
  after: isAnySlashable,
  accept(slashing, { chain, seen, pools }) {
    const indices = getAttesterSlashableIndices(slashing)
    for (const index of indices) seen.attesterSlashings.add(index)
    pools.operations.addAttesterSlashing(slashing)
    chain.importAttesterSlashing(slashing, indices)
  },
}

function before(slashing: Slashing, { chain, seen }: GossipNode, { fork }: Topic): Refusal | undefined {
  const { attestation1, attestation2 } = slashing

  // [IGNORE] At least one index in the intersection has not yet been seen
  const isNew = getAttesterSlashableIndices(slashing).some((index) => !seen.attesterSlashings.has(index))
  if (!isNew) return alreadyKnown('all attester slashing indices already seen')

  // [REJECT] The attestation data is slashable (double vote or surround vote)
  if (!isSlashableAttestationData(attestation1.data, attestation2.data)) {
    return reject('attestation data is not slashable')
  }

  const validatorCount = chain.head.state.validators.length
  for (const [position, { attestingIndices }] of [attestation1, attestation2].entries()) {
    // [REJECT] All validator indices in the first (second) indexed attestation are valid
    if (attestingIndices.some((index) => index >= validatorCount)) {
      return reject(`validator index out of range in indexed attestation ${position + 1}`)
    }

    // [REJECT] The first (second) indexed attestation has valid properties: its signature is verified below
    if (!isSortedAndUnique(attestingIndices) || attestingIndices.length > indicesMax(fork)) {
      return reject(`invalid indexed attestation ${position + 1}`)
    }
  }
  return undefined
}

/** [REJECT] The first (second) indexed attestation has valid properties */
function signatures(slashing: Slashing, { protocol, chain }: GossipNode): SignatureCheck[] {
  const sets = getAttesterSlashingSignatureSets(protocol.config, chain.head.state.slot, slashing)
  return sets.map((set, position) => ({ reason: `invalid indexed attestation ${position + 1}`, sets: [set] }))
}

/** [REJECT] At least one validator in the intersection is slashable */
function isAnySlashable(slashing: Slashing, { chain }: GossipNode): Refusal | undefined {
  const { validators, epochCtx } = chain.head.state
  const isAny = getAttesterSlashableIndices(slashing).some((index) =>
    isSlashableValidator(validators.getReadonly(index), epochCtx.epoch),
  )
  return isAny ? undefined : reject('no slashable validators in intersection')
}

/** Of an empty list it is false, as in `is_valid_indexed_attestation`. */
function isSortedAndUnique(indices: readonly number[]): boolean {
  return (
    indices.length > 0 &&
    indices.every((index, position) => position === 0 || index > (indices[position - 1] ?? 0))
  )
}

function indicesMax(fork: Fork): number {
  return fork === ForkName.deneb
    ? MAX_VALIDATORS_PER_COMMITTEE
    : MAX_VALIDATORS_PER_COMMITTEE * MAX_COMMITTEES_PER_SLOT
}
