import type { BeaconConfig } from '@lodestar/config'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import { AttestationPool } from './attestation-pool.ts'
import { OperationPool } from './operation-pool.ts'
import { SyncCommitteePool } from './sync-committee-pool.ts'

/**
 * What one node knows that is not in a block yet. Everything that is added was validated before, by the rules
 * of gossip; what does not fit together is refused all the same. All of it is bounded in slots and in number.
 */
export class OperationPools {
  readonly attestations: AttestationPool
  readonly syncCommittee = new SyncCommitteePool()
  readonly operations = new OperationPool()

  constructor({ config }: { config: BeaconConfig }) {
    this.attestations = new AttestationPool(config)
  }

  /** Forgets what the chain has no use for any more. @returns ends it */
  follow(chain: Pick<BeaconChain, 'events' | 'state' | 'head'>): () => void {
    const onBlock = ({ block }: { block: { slot: number } }) => this.attestations.prune(block.slot)
    const onFinalized = ({ checkpoint }: { checkpoint: { root: string } }) => {
      const finalized = chain.state(checkpoint.root)
      if (finalized !== undefined) this.operations.prune(finalized)
    }
    chain.events.on('block', onBlock)
    chain.events.on('finalized', onFinalized)
    return () => {
      chain.events.off('block', onBlock)
      chain.events.off('finalized', onFinalized)
    }
  }
}
