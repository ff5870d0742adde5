import { enodeUrl } from '../../plan/identity.ts'
import type { Hex } from '../../plan/manifest.ts'
import type { Clock } from '../clock/clock.ts'
import type { ExecutionNode } from '../execution/execution-node.ts'
import { anonymousNode, type PeerDescription } from '../execution/rpc/node-methods.ts'
import { ExecutionEnd } from './execution-end.ts'
import type { Member } from './member.ts'
import { Mesh, type MeshOptions } from './mesh.ts'
import { Transfers } from './transfers.ts'

export interface ExecutionLinksOptions extends Omit<MeshOptions, 'layer'> {
  readonly clock: Clock
  /** Hears of errors in a node that are its own faults, not its peers'. */
  readonly onError: (nodeId: string, error: unknown) => void
  /** What nodes call themselves to each other. @default that of a node without a name */
  readonly clientVersion?: string
}

/** Who a node is, and who it is connected to, for `admin_nodeInfo` and `admin_peers`. */
export interface ExecutionIdentity {
  /** Of a node that listens nowhere, since its links are not devp2p: port 0. */
  readonly enode: string
  /** The connected peers at this moment, in the order in which they came. */
  readonly list: () => readonly PeerDescription[]
}

/**
 * The execution layer's links between the nodes of one process. Nodes are known by their devp2p node ids.
 * Neighbours exchange transactions, and blocks that one of them misses.
 */
export class ExecutionLinks {
  /** Nodes and links: to be added, cut, healed and paused there. */
  readonly mesh: Mesh
  readonly #options: ExecutionLinksOptions
  readonly #transfers: Transfers
  readonly #ends = new Map<Member, ExecutionEnd>()

  constructor(options: ExecutionLinksOptions) {
    this.#options = options
    this.mesh = new Mesh({ ...options, layer: 'execution' })
    this.#transfers = new Transfers(options.clock)
  }

  /**
   * Takes a node on line: it connects over every link that is up.
   *
   * @throws {LinkError} when there is no such node
   */
  open(nodeId: string, node: ExecutionNode): ExecutionIdentity {
    this.close(nodeId)
    const member = this.mesh.member(nodeId)
    const end = new ExecutionEnd({
      node,
      member,
      clock: this.#options.clock,
      transfers: this.#transfers,
      endOf: (other) => this.#ends.get(other),
      onError: (error) => this.#options.onError(nodeId, error),
    })
    this.#ends.set(member, end)
    end.open()
    this.mesh.open(member, end)
    return { enode: enodeOf(nodeId), list: () => this.#peers(member) }
  }

  /** Takes a node off line; nothing happens when it is already. */
  close(nodeId: string): void {
    const member = this.mesh.member(nodeId)
    this.#ends.get(member)?.close()
    this.#ends.delete(member)
    this.mesh.close(member)
  }

  /** Takes a node off line, and forgets it and its links. */
  removeNode(nodeId: string): void {
    this.close(nodeId)
    this.mesh.removeNode(nodeId)
  }

  #peers(member: Member): PeerDescription[] {
    const { clientVersion = anonymousNode.clientVersion } = this.#options
    return member.channels.map(({ to: { id } }) => ({ id, name: clientVersion, enode: enodeOf(id) }))
  }
}

function enodeOf(nodeId: string): string {
  return enodeUrl({ devp2p: { nodeId: nodeId as Hex, privateKey: '0x' } }, '127.0.0.1', 0)
}
