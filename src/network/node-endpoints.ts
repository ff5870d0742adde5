import type { ProcessInfo } from '../clients/client-instance.ts'

export interface ExecutionEndpoint {
  /** Name of the client, e.g. `geth`. */
  readonly client: string
  /** JSON-RPC over HTTP. */
  readonly rpcUrl: string
  /** JSON-RPC over WebSocket. */
  readonly wsUrl: string
  /** Engine API; needs the JWT in `jwtSecretFile`. */
  readonly engineUrl: string
  readonly jwtSecretFile: string
}

export interface ConsensusEndpoint {
  /** Name of the client, e.g. `prysm`. */
  readonly client: string
  /** Beacon API. */
  readonly apiUrl: string
  /** libp2p peer id. */
  readonly peerId: string
}

/** Keys that a node's own consensus client does not use, as EIP-2335 keystores. */
export interface ValidatorKeystores {
  /** Holds a file `keystore-<validator index>.json` for each. */
  readonly directory: string
  /** One password for all. */
  readonly passwordFile: string
}

export interface NodeProcess extends ProcessInfo {
  readonly layer: 'execution' | 'consensus'
}
