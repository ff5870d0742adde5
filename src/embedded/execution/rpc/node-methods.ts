import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, keccak256, quantity } from '../bytes.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import { dataBytesSchema } from './schemas.ts'

/** A connection to another execution node, as Geth's `admin_peers` shows it. */
export interface PeerDescription {
  readonly id: string
  readonly name: string
  readonly enode: string
}

/** What a node is called, and who it is connected to: known to the network around it, not to itself. */
export interface NodeDescription {
  readonly clientVersion: string
  readonly id: string
  readonly enode: string
  /** The connected peers at this moment. */
  peers(): readonly PeerDescription[]
}

export const anonymousNode: NodeDescription = {
  clientVersion: 'eth-localnet/embedded',
  id: '',
  enode: '',
  peers: () => [],
}

const modules = ['admin', 'debug', 'eth', 'net', 'rpc', 'txpool', 'web3']

/** What concerns the node rather than its chain (execution-apis `eth/client.yaml`, Geth's `admin`). */
export function nodeMethods(node: ExecutionNode, description: NodeDescription): RpcMethods {
  const chainId: Hex = quantity(node.shared.rules.chainId)
  return {
    eth_chainId: method([], () => chainId),
    eth_syncing: method([], () => false),
    // Keys are not kept here: transactions are signed by who sends them.
    eth_accounts: method([], () => []),
    eth_protocolVersion: method([], () => '0x44'),
    net_version: method([], () => String(node.shared.rules.chainId)),
    net_listening: method([], () => true),
    net_peerCount: method([], () => quantity(description.peers().length)),
    web3_clientVersion: method([], () => description.clientVersion),
    web3_sha3: method([dataBytesSchema], ([bytes]) => bytesToHex(keccak256(bytes))),
    rpc_modules: method([], () => Object.fromEntries(modules.map((name) => [name, '1.0']))),
    admin_nodeInfo: method([], () => ({
      id: description.id,
      name: description.clientVersion,
      enode: description.enode,
      protocols: {
        eth: {
          network: node.shared.rules.chainId,
          genesis: node.chain.genesis.hash,
          head: node.chain.head.record.hash,
        },
      },
    })),
    admin_peers: method([], () => description.peers()),
  }
}
