import type { BeaconApi } from '../../../apis/beacon-api.ts'
import type { NodeLog } from '../../../embedded/host/node-log.ts'
import type { SlotClock } from '../../../network/slot-clock.ts'
import { type ForkName, type ForkSchedule, forkNames } from '../../../plan/manifest.ts'
import type { ChainSigner } from '../chain-signer.ts'
import type { AttestationData } from '../signing-roots.ts'

/** What misbehaving by a signer takes: ways into the network for what it signs of its own accord. */
export interface SignerTools {
  readonly clock: SlotClock
  readonly forks: ForkSchedule
  /** The Beacon API of the validators' own node. */
  readonly own: () => BeaconApi
  /** Of another node that runs, where a second message enters the network; the own one when there is none. */
  readonly elsewhere: () => BeaconApi
  /** Of all nodes that run. */
  readonly everywhere: () => readonly BeaconApi[]
  /** Aborted when the signer ends: from then on nothing is published. */
  readonly signal: AbortSignal
  readonly log: Pick<NodeLog, 'info' | 'error'>
}

/** A message that a validator's client asks a signature for. */
export interface SignerDuty {
  readonly validatorIndex: number
  readonly slot: number
  readonly signer: Pick<ChainSigner, 'signHeader' | 'signAttestation' | 'signRandao'>
}

export interface VoteDuty extends SignerDuty {
  /** What the client would vote for. */
  readonly data: AttestationData
}

/** Fork whose messages are those of a slot. */
export function forkAt({ forks, clock }: SignerTools, slot: number): ForkName {
  const epoch = clock.epochOf(slot)
  return forkNames.findLast((fork) => (forks[fork] ?? Number.POSITIVE_INFINITY) <= epoch) ?? 'deneb'
}
