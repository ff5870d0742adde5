import type { phase0, SignedBeaconBlock } from '@lodestar/types'
import type { ProducedBlock } from '../production/block-producer.ts'
import type { BlockBlobs } from '../production/publisher.ts'
import type { Fork } from '../protocol/signed-block.ts'
import type { AttesterDuty } from './duties-api.ts'
import type { DutyKind } from './duty-report.ts'

/** A proposer's turn. */
export interface Proposal {
  readonly slot: number
  readonly proposer: number
  /**
   * Undefined once the validators were stopped.
   *
   * @param graffiti makes blocks of one slot differ
   */
  make(graffiti?: string): Promise<ProducedBlock | undefined>
  /** Under slashing protection. */
  sign(produced: ProducedBlock): SignedBeaconBlock<Fork>
  /** Never rejects: a failure is reported. */
  publish(signed: SignedBeaconBlock<Fork>, blobs: BlockBlobs): Promise<void>
}

/** The turn of attesters of one slot. */
export interface Ballot {
  readonly slot: number
  readonly duties: readonly AttesterDuty[]
  /** What the node sees; before Electra that of committee 0. */
  readonly data: phase0.AttestationData
  /**
   * Signs under slashing protection, and publishes. Never rejects.
   *
   * @param duties those who vote so, all unless told otherwise
   */
  cast(data: phase0.AttestationData, duties?: readonly AttesterDuty[]): Promise<void>
}

/** How a validator goes about its duties. */
export interface Conduct {
  performs(duty: DutyKind): boolean
  propose(proposal: Proposal): Promise<void>
  attest(ballot: Ballot): Promise<void>
}

/** As validator.md of each fork says. */
export const honestConduct: Conduct = {
  performs: () => true,
  async propose(proposal) {
    const produced = await proposal.make()
    if (produced !== undefined) await proposal.publish(proposal.sign(produced), produced.blobs)
  },
  attest: (ballot) => ballot.cast(ballot.data),
}
