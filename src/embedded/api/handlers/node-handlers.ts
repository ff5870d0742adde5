import { BitArray } from '@chainsafe/ssz'
import type { routes } from '@lodestar/api'
import {
  ATTESTATION_SUBNET_COUNT,
  ForkSeq,
  NUMBER_OF_COLUMNS,
  SYNC_COMMITTEE_SUBNET_COUNT,
} from '@lodestar/params'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import { badParameter, notFound } from '../errors.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'

type Endpoints = Pick<
  routes.node.Endpoints,
  | 'getNetworkIdentity'
  | 'getPeers'
  | 'getPeer'
  | 'getPeerCount'
  | 'getNodeVersion'
  | 'getSyncingStatus'
  | 'getHealth'
>
type NodePeer = routes.node.NodePeer

const peerStates = ['disconnected', 'connecting', 'connected', 'disconnecting'] as const
const peerDirections = ['inbound', 'outbound'] as const

/** `/eth/v1/node/…` */
export function nodeHandlers(parts: BeaconApiParts): EndpointHandlers<Endpoints> {
  return {
    async getNetworkIdentity() {
      return { data: networkIdentity(parts) }
    },

    async getPeers({ state, direction }) {
      const isState = filter('state', state, peerStates)
      const isDirection = filter('direction', direction, peerDirections)
      const data = peers(parts).filter((peer) => isState(peer.state) && isDirection(peer.direction))
      return { data, meta: { count: data.length } }
    },

    async getPeer({ peerId }) {
      const data = peers(parts).find((peer) => peer.peerId === peerId)
      if (data === undefined) throw notFound('This node has no such peer.')
      return { data }
    },

    async getPeerCount() {
      const connected = parts.wire.peers.length
      return { data: { disconnected: 0, connecting: 0, connected, disconnecting: 0 } }
    },

    async getNodeVersion() {
      return { data: { version: parts.nodeVersion } }
    },

    async getSyncingStatus() {
      const { chain, sync } = parts
      return {
        data: {
          headSlot: chain.head.slot,
          syncDistance: sync.syncDistance,
          isSyncing: sync.isSyncing,
          isOptimistic: chain.head.isOptimistic,
          elOffline: parts.executionOffline(),
        },
      }
    },

    async getHealth({ syncingStatus = 206 }) {
      if (syncingStatus < 200 || syncingStatus > 599) {
        throw badParameter('syncing_status', syncingStatus, 'a final HTTP status, 200 to 599')
      }
      const { chain, sync } = parts
      const isSyncing = sync.isSyncing || chain.head.isOptimistic || parts.executionOffline()
      // The library knows the three usual statuses only; the client may choose any.
      return { status: (isSyncing ? syncingStatus : 200) as 200 }
    },
  }
}

function networkIdentity({ identity, chain }: BeaconApiParts): routes.node.NetworkIdentity {
  const isFulu = chain.protocol.config.getForkSeq(Math.max(0, chain.currentSlot)) >= ForkSeq.fulu
  return {
    peerId: identity.peerId,
    enr: identity.enr,
    p2pAddresses: [...identity.addresses],
    discoveryAddresses: [],
    metadata: {
      seqNumber: identity.seqNumber,
      // Every embedded node takes part in every subnet, and keeps every column.
      attnets: allSet(ATTESTATION_SUBNET_COUNT),
      syncnets: allSet(SYNC_COMMITTEE_SUBNET_COUNT),
      ...(isFulu && { custodyGroupCount: NUMBER_OF_COLUMNS }),
    },
  }
}

function allSet(length: number): BitArray {
  return BitArray.fromBoolArray(Array.from({ length }, () => true))
}

/** Those connected: of others a node knows nothing. */
function peers({ wire }: BeaconApiParts): NodePeer[] {
  return wire.peers.map(({ peerId, direction }) => ({
    peerId,
    enr: null,
    lastSeenP2pAddress: `/p2p/${peerId}`,
    state: 'connected',
    direction,
  }))
}

function filter<Value extends string>(
  name: string,
  wanted: readonly string[] | undefined,
  values: readonly Value[],
): (value: string | null) => boolean {
  const unknown = wanted?.find((text) => !(values as readonly string[]).includes(text))
  if (unknown !== undefined) throw badParameter(name, unknown, `one of ${values.join(', ')}`)
  return (value) => wanted === undefined || (value !== null && wanted.includes(value))
}
