import type { Manifest } from '../../plan/manifest.ts'
import type { ChainAnchor } from '../chain/chain-anchor.ts'
import type { ChainObserver } from '../chain/chain-events.ts'
import type { Clock } from '../clock/clock.ts'
import type { SlotTime } from '../clock/slot-time.ts'
import type { SharedPayloads } from '../engine/shared-payloads.ts'
import type { SharedExecution } from '../execution/chain/shared-execution.ts'
import type { ExecutionLinks } from '../links/execution-links.ts'
import type { LinkNetwork } from '../links/link-network.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { HistoryDigest } from './history-digest.ts'
import type { NetworkStores } from './network-stores.ts'
import type { NodeEvents } from './node-events.ts'

/** What all nodes of an embedded network share. */
export interface NetworkContext {
  readonly manifest: Manifest
  readonly version: string
  readonly clock: Clock
  readonly time: SlotTime
  readonly protocol: Protocol
  readonly genesis: ChainAnchor
  readonly execution: SharedExecution
  readonly payloads: SharedPayloads
  readonly links: LinkNetwork
  readonly executionLinks: ExecutionLinks
  readonly stores: NetworkStores
  /** How long a message is known as seen (`seen_ttl` of the gossip specification). */
  readonly seenTtlMs: number
  readonly digest: HistoryDigest
  readonly events: NodeEvents
  /** Who keeps a record of what a node's fork choice sees, if anybody does. */
  readonly observe: (node: string) => ChainObserver | undefined
}
