import { ForkSeq } from '@lodestar/params'
import type { Attestation, phase0 } from '@lodestar/types'
import type { Root } from '../fork-choice/types.ts'
import type { BeaconState } from '../protocol/beacon-state.ts'
import type { Fork } from '../protocol/signed-block.ts'
import type { AttestationGroup, AttestationPool } from './attestation-pool.ts'
import { AttestationRewards } from './attestation-rewards.ts'
import { combinedSignature, totalWeight } from './committee-votes.ts'
import { type CommitteePart, committeeAttestation, onChainAggregate } from './on-chain-attestation.ts'
import { operationLimits } from './operation-limits.ts'

/** Attestations of one group that overlap: so many are considered one after the other. */
const layersMax = 4

/** Votes with the same data that fit into one attestation: from Electra on those of all committees. */
interface Candidate {
  readonly data: phase0.AttestationData
  readonly parts: PackedPart[]
}

interface PackedPart extends CommitteePart {
  readonly committee: Uint32Array
}

/**
 * The attestations that earn the proposer of a block on this state most, as far as a greedy choice finds them.
 * The state has been advanced to the block's slot.
 */
export function packAttestations(pool: AttestationPool, state: BeaconState): Attestation<Fork>[] {
  const fork = state.config.getForkSeq(state.slot)
  const rewards = new AttestationRewards(state)
  const candidates = makeCandidates(pool, rewards, fork)
  const chosen = chooseGreedily(candidates, rewards, operationLimits(fork).attestations)
  return chosen.map(({ data, parts }) => {
    const [only] = parts
    if (fork >= ForkSeq.electra || only === undefined) return onChainAggregate(data, parts)
    const { committeeIndex, votes } = only
    return committeeAttestation(fork, { data, committeeIndex }, votes.bits, combinedSignature(votes))
  })
}

function makeCandidates(pool: AttestationPool, rewards: AttestationRewards, fork: ForkSeq): Candidate[] {
  const candidates = new Map<string, Candidate>()
  for (const group of pool.groups()) {
    if (!rewards.accepts(group)) continue
    for (const [layer, part] of layersOf(group, rewards).entries()) {
      const key = candidateKey(
        group.dataRoot,
        layer,
        fork >= ForkSeq.electra ? undefined : group.committeeIndex,
      )
      const candidate = candidates.get(key)
      if (candidate === undefined) candidates.set(key, { data: group.data, parts: [part] })
      else candidate.parts.push(part)
    }
  }
  // The order of the committees in an attestation is that of their bits.
  for (const { parts } of candidates.values()) parts.sort((a, b) => a.committeeIndex - b.committeeIndex)
  return [...candidates.values()]
}

function candidateKey(dataRoot: Root, layer: number, committeeIndex: number | undefined): string {
  return committeeIndex === undefined ? `${dataRoot}/${layer}` : `${dataRoot}/${layer}/${committeeIndex}`
}

/** Attestations of one group, each with what is of worth beyond those before it. */
function layersOf({ data, committeeIndex, committee, votes }: AttestationGroup, rewards: AttestationRewards) {
  const layers: PackedPart[] = []
  const weight = (position: number): number => {
    if (layers.some((layer) => layer.votes.bits.get(position))) return 0
    return rewards.ofVote(data, committee[position] ?? 0)
  }
  for (let combined = votes.combine(weight); combined !== undefined; combined = votes.combine(weight)) {
    layers.push({ committeeIndex, committee, votes: combined })
    if (layers.length >= layersMax) break
  }
  return layers
}

/** Always takes what earns most beyond what has been taken; of equals, the newest. */
function chooseGreedily(
  candidates: readonly Candidate[],
  rewards: AttestationRewards,
  limit: number,
): Candidate[] {
  const chosen: Candidate[] = []
  const queue = candidates.map((candidate) => ({ candidate, worth: worthOf(candidate, rewards) }))
  while (chosen.length < limit) {
    queue.sort((a, b) => b.worth - a.worth)
    const best = queue.shift()
    if (best === undefined) break
    // Since it was estimated, its votes may have been taken with others: its worth can only have gone down.
    const worth = worthOf(best.candidate, rewards)
    if (worth < (queue[0]?.worth ?? 0)) {
      queue.push({ candidate: best.candidate, worth })
      continue
    }
    if (worth === 0) break
    chosen.push(best.candidate)
    for (const { committee, votes } of best.candidate.parts) {
      for (const position of votes.bits.getTrueBitIndexes()) {
        rewards.take(best.candidate.data, committee[position] ?? 0)
      }
    }
  }
  return chosen
}

function worthOf({ data, parts }: Candidate, rewards: AttestationRewards): number {
  return parts.reduce(
    (sum, { committee, votes }) =>
      sum + totalWeight(votes.bits, (position) => rewards.ofVote(data, committee[position] ?? 0)),
    0,
  )
}
