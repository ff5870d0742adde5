import type { ClientCapabilities } from '../plan/capabilities.ts'
import type { Manifest, NodePlan, NodePorts } from '../plan/manifest.ts'
import type { PeerEndpoint } from '../plan/peer-endpoint.ts'
import type { BinarySource } from '../processes/binaries/binary-source.ts'
import type { CommandSpec, ProcessSpec } from '../processes/process-spec.ts'

/** Paths of the files that all nodes of a network share. */
export interface NetworkFiles {
  readonly executionGenesisJson: string
  readonly consensusGenesisSsz: string
  readonly consensusConfigYaml: string
}

/** All that a client's file may read to say how the client is run on one node. */
export interface NodeContext {
  readonly manifest: Manifest
  readonly node: NodePlan
  readonly ports: NodePorts
  readonly peers: readonly PeerEndpoint[]
  readonly files: NetworkFiles
  /** The node's own directory; everything the client writes goes below it. */
  readonly directory: string
  /** How many slots it has not followed, away or behind; 0 where no peer of it has a recent head. */
  readonly slotsMissed: number
  /** File with the secret of the node's Engine API, 32 bytes in hex. */
  readonly jwtSecretFile: string
  /** Consensus clients: where they find their execution client's Engine API. */
  readonly engineUrl: string
  /** Where validators ask for signatures (web3signer protocol), in place of having the keys. */
  readonly signerUrl?: string | undefined
  /** Path of one of the client's programs. */
  readonly binary: (name: string) => string
}

/** A file to be written before a start. Every file is 0600: most hold keys. */
export interface FileSpec {
  readonly path: string
  readonly content: string
}

interface AnyClient {
  readonly capabilities: ClientCapabilities
  /** CPU time that one instance burns until it is ready, ms: the first guess of the start-up budget. */
  readonly startCpuMs: number
  /** Time from being ready to having dialled its peers, ms: slots before that are proposed alone. */
  readonly dialDelayMs?: number
  /** How long it stays away after a stop at least, ms, where its peers punish who is back sooner. */
  readonly absenceMinMs?: number
  /**
   * Consensus clients: whether it is told of its neighbours whenever they change, and dials them itself until
   * they are connected. Its neighbours need only let it in.
   */
  readonly dialsPeers?: boolean
}

/**
 * A client that runs as processes. One file in this folder gives all there is to know about it, as data;
 * adding a client is adding that file and its line in the registry.
 */
export interface ProcessClient extends AnyClient {
  readonly kind: 'process'
  readonly binaries: BinarySource
  /** Written before every start. */
  readonly configFiles: (context: NodeContext) => FileSpec[]
  /** Run once, before the first start on an empty data directory. */
  readonly initialize: (context: NodeContext) => CommandSpec[] | Promise<CommandSpec[]>
  /** Started in this order, stopped in the reverse one. */
  readonly processes: (context: NodeContext) => ProcessSpec[]
}

/** A client that runs in this process, as part of a node of `src/embedded`. */
export interface EmbeddedClient extends AnyClient {
  readonly kind: 'embedded'
}

export type Client = ProcessClient | EmbeddedClient
