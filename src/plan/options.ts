import type { ForkName } from './manifest.ts'

/** A node, by its index or by its name. */
export type NodeReference = number | string

/** One node, or several that are alike. */
export interface NodeOptions {
  /**
   * Name of the node: a-z, 0-9 and `-`, at most 40, unique in the network. With `count` above 1 the nodes
   * are called `name-0`, `name-1`, ….
   * @default `node-` and the index of the node in the network
   */
  name?: string | undefined
  /**
   * Execution client.
   * @default the partner of the consensus client, else the first one there is
   * @example 'geth'
   */
  execution?: string | undefined
  /**
   * Consensus client.
   * @default the partner of the execution client, else the first one there is
   * @example 'prysm'
   */
  consensus?: string | undefined
  /**
   * How many nodes like this.
   * @default 1
   */
  count?: number | undefined
  /**
   * Validators of each of these nodes. Nodes that do not say share what the others leave of
   * `validators.count`, by `validators.distribution`.
   * @example 16
   */
  validators?: number | undefined
  /**
   * Who acts for the validators of these nodes: their own consensus client; the same with `'remote-signer'`,
   * which lets clients in processes be told to misbehave; or `'external'`, a validator client that you run
   * against the node's Beacon API with the keystores in the node's directory.
   * @default 'own'
   */
  validatorClient?: 'own' | 'remote-signer' | 'external' | undefined
}

/**
 * How validators are spread over the nodes.
 *
 * - `'even'`: the same number each; what remains goes to the first nodes, one each.
 * - `'weighted'`: in proportion to weights, n, n - 1, …, 1 unless given, by largest remainder.
 * - `'single'`: all on one node, node 0 unless given.
 * - `'random'`: each validator on a node drawn uniformly, from the seed.
 * - a list: exactly so many for each node.
 */
export type DistributionOption =
  | 'even'
  | 'weighted'
  | 'single'
  | 'random'
  | readonly number[]
  /** One integer for each node, at least one of them above 0. */
  | { kind: 'weighted'; weights: readonly number[] }
  | { kind: 'single'; node: NodeReference }

export interface ValidatorsOptions {
  /**
   * Validators in the network, 1 to 100,000.
   * @default 64, or the sum where a list or the nodes give all numbers
   */
  count?: number | undefined
  /**
   * How they are spread over the nodes.
   * @default 'even'
   * @example [32, 16, 8, 8]
   */
  distribution?: DistributionOption | undefined
  /**
   * Where their BLS keys come from: the interop keys that every client knows, or EIP-2333 keys from a
   * BIP-39 mnemonic.
   * @default 'interop'
   * @example { mnemonic: 'test test test test test test test test test test test junk' }
   */
  keys?: 'interop' | { mnemonic: string } | undefined
}

/**
 * Who is connected to whom, on both layers.
 *
 * - `'full-mesh'`: everyone to everyone.
 * - `'star'`: everyone to the hub, node 0 unless given.
 * - `'ring'`, `'line'`: in the order of the nodes.
 * - `'random'`: connected, from the seed, every node with `degree` peers (4 unless given, or all others
 *   where there are fewer). When nodes and degree are both odd, one node has a peer less.
 * - `{ edges }`: exactly these. They must connect all nodes unless `allowDisconnected` is set.
 */
export type TopologyOption =
  | 'full-mesh'
  | 'star'
  | 'ring'
  | 'line'
  | 'random'
  | { kind: 'star'; hub?: NodeReference | undefined }
  | { kind: 'random'; degree?: number | undefined }
  | {
      edges: readonly (readonly [NodeReference, NodeReference])[]
      allowDisconnected?: boolean | undefined
    }

/** Prefunded accounts, at m/44'/60'/0'/0/i of a BIP-39 mnemonic. */
export interface AccountsOptions {
  /**
   * How many, at most 1000.
   * @default 10
   */
  count?: number | undefined
  /**
   * Mnemonic of the accounts, in English.
   * @default 'test test test test test test test test test test test junk'
   */
  mnemonic?: string | undefined
  /**
   * Balance of each at genesis, whole ether.
   * @default 10000
   */
  balanceEther?: number | undefined
}

/**
 * What a network is planned from. Every option has a default.
 *
 * @example
 * import { startNetwork } from 'eth-localnet'
 *
 * await using network = await startNetwork({ nodes: 4, validators: 64, topology: 'ring', seed: 7 })
 */
export interface NetworkOptions {
  /**
   * Name of the network: a-z, 0-9 and `-`, at most 40.
   * @default 'localnet'
   */
  name?: string | undefined
  /**
   * What all keys and random choices are derived from: an integer from 0 to 4294967295. The same options
   * and the same seed give the same manifest.
   * @default 1
   */
  seed?: number | undefined
  /**
   * The nodes: how many, or which.
   * @default 4
   * @example [{ execution: 'geth', consensus: 'prysm', count: 2 }, { name: 'observer', validators: 0 }]
   */
  nodes?: number | readonly NodeOptions[] | undefined
  /**
   * The validators: how many, or how many and where.
   * @default 64
   * @example { count: 20, distribution: 'weighted' }
   */
  validators?: number | ValidatorsOptions | undefined
  /**
   * Balance of each validator at genesis, Gwei: 32 to 2048 ETH.
   * @default 32000000000
   */
  validatorBalanceGwei?: number | undefined
  /**
   * Who is connected to whom.
   * @default 'full-mesh'
   * @example { edges: [['node-0', 'node-1'], ['node-1', 'node-2']] }
   */
  topology?: TopologyOption | undefined
  /**
   * Prefunded accounts: how many, or how many and whose.
   * @default 10
   * @example { count: 2, balanceEther: 1000000 }
   */
  accounts?: number | AccountsOptions | undefined
  /**
   * Chain id of the execution layer (EIP-155).
   * @default 1337
   */
  chainId?: number | undefined
  /**
   * Preset of the consensus specification.
   * @default the first preset of the first consensus client that all chosen clients have
   */
  preset?: 'mainnet' | 'minimal' | undefined
  /**
   * Length of a slot, milliseconds, 1000 to 60000.
   * @default the shortest that suits all chosen clients
   */
  slotDurationMs?: number | undefined
  /**
   * Slots in an epoch, 2 to 64.
   * @default what suits the chosen clients
   */
  slotsPerEpoch?: number | undefined
  /**
   * Epochs in a sync committee period.
   * @default the preset's: 256 for mainnet, 8 for minimal
   */
  epochsPerSyncCommitteePeriod?: number | undefined
  /**
   * Epoch at which each fork starts. Deneb is at 0. An older fork that is left out starts together with the
   * one before it; a newer one never starts.
   * @default the newest fork that all chosen clients can run, at epoch 0
   * @example { electra: 0, fulu: 3 }
   */
  forks?: { readonly [fork in ForkName]?: number | undefined } | undefined
  /**
   * The clock: `'real'` is the machine's; `'virtual'` moves only while somebody waits for it, as fast as the
   * nodes do their work, and the same options and seed give the same history. Embedded clients only.
   * @default 'real'
   */
  time?: 'real' | 'virtual' | undefined
  /**
   * Genesis time, Unix seconds.
   * @default in real time chosen at start, as soon as all clients can be ready; in virtual time always the same
   */
  genesisTime?: number | undefined
}

/** A node that joins a network later. It holds no validators. */
export interface AddedNodeOptions {
  /**
   * Name of the node, unique in the network.
   * @default `node-` and the next index
   */
  name?: string | undefined
  /**
   * Execution client.
   * @default the partner of the consensus client where that is named, else that of the oldest node
   */
  execution?: string | undefined
  /**
   * Consensus client.
   * @default the partner of the execution client where that is named, else that of the oldest node
   */
  consensus?: string | undefined
  /**
   * Names of the nodes it is connected to, at least one.
   * @default the two nodes with the fewest connections
   * @example ['node-0', 'node-2']
   */
  peers?: readonly string[] | undefined
}
