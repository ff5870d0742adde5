import { createServer, type Server } from 'node:net'
import { claimPort, maxNodes, nodePorts } from '../plan/addresses.ts'
import type { NodePlan, NodePorts } from '../plan/manifest.ts'
import { PortError } from './errors.ts'

/** Ports held by a running node: nobody else who asks this allocator gets them before the release. */
export interface PortClaim extends Disposable {
  readonly ports: NodePorts
}

/**
 * Claims a block of free ports for a node: the wanted one if possible, else the next free one. Every port in it
 * is bind-tested on the address it will be used on. Clients are given their ports only later, so whoever has a
 * block listens on one port of it that no client uses: the system sees to it that nobody else does, whatever
 * user, directory or program asks, and gives it back when a process dies.
 *
 * @param edgeAddresses where proxies will listen at the node's p2p ports
 * @throws {PortError} when no block is free.
 */
export async function claimPorts(
  node: NodePlan,
  wanted: NodePorts = node.ports,
  edgeAddresses: readonly string[] = [],
): Promise<PortClaim> {
  const p2pAddresses = [node.address, ...edgeAddresses]
  for (const ports of [wanted, ...Array.from({ length: maxNodes }, (_, block) => nodePorts(block))]) {
    const claim = await tryBlock(ports, p2pAddresses)
    if (claim !== undefined) return claim
  }
  throw new PortError(`No block of free ports is left for ${node.name}.`, { node: node.name, wanted })
}

async function tryBlock(ports: NodePorts, p2pAddresses: readonly string[]): Promise<PortClaim | undefined> {
  const claim = await listen('127.0.0.1', claimPort(ports))
  if (claim === undefined) return undefined
  if (await allFree(ports, p2pAddresses)) return { ports, [Symbol.dispose]: () => claim.close() }
  claim.close()
  return undefined
}

async function allFree(ports: NodePorts, p2pAddresses: readonly string[]): Promise<boolean> {
  const { executionP2p, consensusP2p, ...onLocalhost } = ports
  const tests = [
    ...Object.values(onLocalhost).map((port) => canListen('127.0.0.1', port)),
    ...p2pAddresses.flatMap((address) => [
      canListen(address, executionP2p),
      canListen(address, consensusP2p),
    ]),
  ]
  return (await Promise.all(tests)).every(Boolean)
}

async function canListen(host: string, port: number): Promise<boolean> {
  const server = await listen(host, port)
  server?.close()
  return server !== undefined
}

/** Listens without keeping the process alive; undefined where that is not possible. */
function listen(host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).unref()
    server.once('error', () => resolve(undefined))
    server.listen({ host, port, exclusive: true }, () => resolve(server))
  })
}
