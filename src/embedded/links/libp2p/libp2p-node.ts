import './promise-with-resolvers.ts'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import type { GossipSubComponents } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { ConnectionGater, Libp2p } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { hexToBytes } from '../../../genesis/hex.ts'
import type { Hex } from '../../../plan/manifest.ts'
import { ListenError } from '../../listen-error.ts'
import { guardedRegistrar, type OnGossipFault } from './gossip-guard.ts'
import { type GossipParameters, gossipOptions } from './gossip-parameters.ts'
import { createPubSub, type PubSub } from './pub-sub.ts'

/** Many nodes may share one address, and all may come back at once. */
const inboundPerSecondMax = 64
const inboundPendingMax = 64
/** Who connects and then says nothing is not waited for long. */
const inboundUpgradeTimeoutMs = 5_000
/** Streams that a peer may have open, of all kinds. */
const inboundStreamsMax = 256
/** Gossip may rest as long as the chain does, for instance before genesis. */
const neverMs = 2 ** 31 - 1

export interface Libp2pNodeOptions {
  readonly privateKey: Hex
  readonly address: string
  readonly port: number
  readonly userAgent: string
  readonly gossip: GossipParameters
  /** Decides who may connect. */
  readonly gater: ConnectionGater
  readonly onGossipFault: OnGossipFault
}

export type Libp2pNode = Libp2p<{ identify: Identify; pubsub: PubSub }>

/**
 * A libp2p host with the transports of phase0/p2p-interface.md: TCP, noise, yamux. It listens, and dials nobody
 * of its own accord.
 *
 * @throws {ListenError}
 */
export async function createLibp2pNode(options: Libp2pNodeOptions): Promise<Libp2pNode> {
  const { privateKey, address, port, userAgent, gossip, gater, onGossipFault } = options
  const node = await createLibp2p({
    start: false,
    privateKey: privateKeyFromRaw(hexToBytes(privateKey)),
    nodeInfo: { userAgent },
    // Addresses are declared, not learned: a peer that knew another one could go round a link's faults.
    addresses: { listen: [`/ip4/${address}/tcp/${port}`], announceFilter: () => [] },
    transports: [
      tcp({
        dialOpts: dialFrom(address),
        inboundSocketInactivityTimeout: neverMs,
        outboundSocketInactivityTimeout: neverMs,
      }),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({ maxInboundStreams: inboundStreamsMax, streamOptions: { inactivityTimeout: neverMs } }),
    ],
    connectionGater: gater,
    connectionManager: {
      inboundConnectionThreshold: inboundPerSecondMax,
      maxIncomingPendingConnections: inboundPendingMax,
      inboundUpgradeTimeout: inboundUpgradeTimeoutMs,
      reconnectRetries: 0,
    },
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      // Components that are not there throw when they are looked at, so these are named.
      pubsub: ({
        registrar,
        peerId,
        peerStore,
        connectionManager,
        logger,
        privateKey,
      }: GossipSubComponents) =>
        createPubSub(gossipOptions(gossip), {
          registrar: guardedRegistrar(registrar, onGossipFault),
          peerId,
          peerStore,
          connectionManager,
          logger,
          privateKey,
        }),
    },
  })
  try {
    await node.start()
  } catch (error) {
    throw new ListenError('The libp2p node', address, port, error)
  }
  return node
}

/** Peers tell each other apart by address, and some limit what comes from one. */
function dialFrom(localAddress: string) {
  // `net.connect` knows more options than the transport names.
  const options = { localAddress, noDelay: true }
  return options
}

export function peerIdOf(privateKey: Hex): string {
  return peerIdFromPrivateKey(privateKeyFromRaw(hexToBytes(privateKey))).toString()
}
