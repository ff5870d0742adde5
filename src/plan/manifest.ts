/** Forks that a network can start at or cross, oldest first (consensus-specs `specs/<fork>`). */
export const forkNames = ['deneb', 'electra', 'fulu'] as const
export type ForkName = (typeof forkNames)[number]

/**
 * The clock of a network: the machine's, or one that moves only when it is told to and as fast as the work
 * of each slot is done.
 */
export type TimeKind = 'real' | 'virtual'

/**
 * How two nodes are connected on one layer: in the memory of this process, or by libp2p and devp2p over
 * loopback sockets.
 */
export const linkKinds = ['in-process', 'sockets'] as const
export type LinkKind = (typeof linkKinds)[number]

export type Hex = `0x${string}`

/**
 * Epoch at which each fork starts. A fork that never comes is absent; all forks before the first one
 * named at epoch 0 are at epoch 0 as well.
 */
export type ForkSchedule = { readonly [fork in ForkName]?: number }

/** Parameters of the chain, in the consensus specification's terms. */
export interface ChainPlan {
  readonly chainId: number
  readonly preset: 'mainnet' | 'minimal'
  readonly slotDurationMs: number
  readonly slotsPerEpoch: number
  readonly epochsPerSyncCommitteePeriod: number
  /** MIN_SEED_LOOKAHEAD, epochs. */
  readonly minSeedLookahead: number
  readonly forks: ForkSchedule
  /** Whether proposers may reorg a weak head that came late (consensus-specs `get_proposer_head`). */
  readonly lateBlockReorgs: boolean
  /** Unix time in seconds; absent when it is chosen at start, after measuring how long start-up takes. */
  readonly genesisTime?: number
}

/** Where the validators' BLS keys come from. */
export type ValidatorKeySource =
  /** The interop keys: sha256(little-endian index), see eth2.0-pm `interop/mocked_start`. */
  | { readonly kind: 'interop' }
  /** EIP-2333 keys at the EIP-2334 paths m/12381/3600/i/0/0. */
  | { readonly kind: 'mnemonic'; readonly mnemonic: string }

export interface ValidatorsPlan {
  readonly count: number
  readonly balanceGwei: number
  readonly keys: ValidatorKeySource
}

/**
 * Who acts for a node's validators: the node's own consensus client, with the keys or with a signer of ours
 * that can be told to misbehave, or a validator client that the user brings, which is given the keys and uses
 * the node's Beacon API.
 */
export const validatorClientKinds = ['own', 'remote-signer', 'external'] as const
export type ValidatorClientKind = (typeof validatorClientKinds)[number]

/** A prefunded account on the execution layer. */
export interface AccountPlan {
  readonly address: Hex
  readonly privateKey: Hex
  /** Decimal string, wei. */
  readonly balanceWei: string
}

/** TCP ports of one node. All are on loopback. */
export interface NodePorts {
  /** JSON-RPC, HTTP and WebSocket. */
  readonly executionRpc: number
  /** Engine API. */
  readonly executionEngine: number
  /** devp2p. */
  readonly executionP2p: number
  /** Beacon API. */
  readonly consensusApi: number
  /** A consensus client's own RPC to its validator client, where it has one. */
  readonly consensusRpc: number
  /** libp2p. */
  readonly consensusP2p: number
  /** Keymanager API. */
  readonly validatorApi: number
}

export interface NodePlan {
  /** Never reused in the life of a network, so keys and addresses of other nodes never change. */
  readonly index: number
  readonly name: string
  /** Name of the execution client, e.g. `geth`. */
  readonly execution: string
  /** Name of the consensus client, e.g. `prysm`. */
  readonly consensus: string
  /** Validator indices first … first + count - 1. */
  readonly validators: { readonly first: number; readonly count: number }
  readonly validatorClient: ValidatorClientKind
  /** Loopback address of the node's p2p listeners: one each, so that links can be told apart. */
  readonly address: string
  /** Ports wanted; a start may find them taken and use others. */
  readonly ports: NodePorts
  /** secp256k1 identity on devp2p. */
  readonly devp2p: { readonly privateKey: Hex; readonly nodeId: Hex }
  /** secp256k1 identity on libp2p. */
  readonly libp2p: { readonly privateKey: Hex; readonly peerId: string }
  /** Address that receives the fees of this node's blocks. */
  readonly feeRecipient: Hex
}

/** A declared connection, on both layers. */
export interface EdgePlan {
  /** Node names; `a` has the lower index. */
  readonly a: string
  readonly b: string
  /** Loopback address kept for a proxy in this edge: it can listen here on either node's port. */
  readonly address: string
  /** In-process on the layers on which the clients of both ends can be, sockets on the others. */
  readonly links: { readonly execution: LinkKind; readonly consensus: LinkKind }
}

/** Everything that is decided before anything is written or started. Plain JSON. */
export interface Manifest {
  readonly formatVersion: 2
  readonly name: string
  readonly seed: number
  readonly time: TimeKind
  readonly chain: ChainPlan
  readonly validators: ValidatorsPlan
  readonly accounts: readonly AccountPlan[]
  readonly nodes: readonly NodePlan[]
  readonly edges: readonly EdgePlan[]
  /** Next free node index and edge number, for nodes that are added later. */
  readonly next: { readonly nodeIndex: number; readonly edgeIndex: number }
}
