import type { EventEmitter } from 'node:events'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { GossipEvents } from '../gossip/gossip.ts'
import type { PeerId, Wire } from '../links/wire.ts'
import type { OperationPools } from '../pools/operation-pools.ts'
import type { Publisher } from '../production/publisher.ts'
import type { ValidatorApi } from '../production/validator-api.ts'
import type { PayloadEvents } from './events/payload-event-source.ts'

/** How a node is found by its peers. */
export interface NodeIdentity {
  readonly peerId: PeerId
  readonly enr: string
  /** Multiaddresses. */
  readonly addresses: readonly string[]
  /** `seq_number` of its metadata. */
  readonly seqNumber: bigint
}

/** What the Beacon API of a node reads and asks. */
export interface BeaconApiParts {
  readonly chain: BeaconChain
  readonly pools: OperationPools
  readonly validatorApi: ValidatorApi
  readonly publisher: Publisher
  /** `Gossip.events`. */
  readonly gossipEvents: EventEmitter<GossipEvents>
  /** Emits `requested` with what `PayloadPreparation` gives to its `onAttributes`. */
  readonly payloadEvents: EventEmitter<PayloadEvents>
  readonly sync: {
    readonly isSyncing: boolean
    /** Slots. */
    readonly syncDistance: number
  }
  readonly wire: Pick<Wire, 'peers'>
  readonly identity: NodeIdentity
  /** As `eth-localnet/v1.2.3`. */
  readonly nodeVersion: string
  /** Whether the execution client did not answer when it was last asked. */
  readonly executionOffline: () => boolean
}
