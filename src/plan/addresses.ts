import type { NodePorts } from './manifest.ts'
import { OptionError } from './option-error.ts'

const firstPort = 20_000
/** Linux hands out ports from 32768 up to clients; below that, nobody takes ours by chance. */
const lastPort = 32_767
const portsPerNode = 10
/** Seven of a node, and the one that whoever uses the block listens on. */
const portsUsed = 8

/** Hosts x.y.hi.1 to x.y.hi.254: .0 and .255 look like network and broadcast addresses to some tools. */
const hostsPerBlock = 254
const blocks = 256
/** Hosts before this one are left to people. */
const firstHost = 10

export const maxNodes = Math.floor((lastPort + 1 - firstPort - portsUsed) / portsPerNode) + 1
export const maxEdges = hostsPerBlock * blocks - firstHost + 1

/** All addresses of nodes' p2p listeners. */
export const nodeNetwork = '127.1.0.0/16'

/** Loopback address of a node's p2p listeners, 127.1.0.10 for node 0. */
export function nodeAddress(nodeIndex: number): string {
  return loopbackHost(1, nodeIndex + firstHost)
}

/**
 * Loopback address for a proxy in an edge, 127.2.0.10 for edge 0.
 *
 * @throws OptionError when all addresses are used up; edge numbers are never reused.
 */
export function edgeAddress(edgeIndex: number): string {
  if (edgeIndex >= maxEdges) {
    throw new OptionError({
      field: 'topology',
      problem: `there is no loopback address left for edge ${edgeIndex}`,
      allowed: `at most ${maxEdges} edges in the life of a network`,
    })
  }
  return loopbackHost(2, edgeIndex + firstHost)
}

/**
 * Ports that a node would like: a block of ten, 20000 and up for node 0.
 *
 * @throws OptionError when all blocks are used up; node indices are never reused.
 */
export function nodePorts(nodeIndex: number): NodePorts {
  if (nodeIndex >= maxNodes) {
    throw new OptionError({
      field: 'nodes',
      problem: `there are no ports left for node ${nodeIndex}`,
      allowed: `at most ${maxNodes} nodes in the life of a network`,
    })
  }
  const base = firstPort + nodeIndex * portsPerNode
  return {
    executionRpc: base,
    executionEngine: base + 1,
    executionP2p: base + 2,
    consensusApi: base + 3,
    consensusRpc: base + 4,
    consensusP2p: base + 5,
    validatorApi: base + 6,
  }
}

/** Whoever listens at this port on 127.0.0.1 has the block of ports: no program is told to use it. */
export function claimPort({ executionRpc }: NodePorts): number {
  return executionRpc + portsUsed - 1
}

function loopbackHost(network: number, host: number): string {
  const block = Math.floor((host - 1) / hostsPerBlock)
  const low = ((host - 1) % hostsPerBlock) + 1
  return `127.${network}.${block}.${low}`
}
