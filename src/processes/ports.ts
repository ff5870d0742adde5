import { createServer } from 'node:net'
import { join } from 'node:path'
import { maxNodes, nodePorts } from '../plan/addresses.ts'
import type { NodePlan, NodePorts } from '../plan/manifest.ts'
import { PortError } from './errors.ts'
import { isFileLock, tryFileLock } from './file-lock.ts'
import { stateDirectory } from './state-directory.ts'

/** Ports held by a running node: nobody else who asks this allocator gets them before the release. */
export interface PortClaim extends Disposable {
  readonly ports: NodePorts
}

/**
 * Claims a block of free ports for a node: the wanted one if possible, else the next free one. A block is
 * locked across processes and every port in it is bind-tested on the address it will be used on.
 *
 * @throws {PortError} when no block is free.
 */
export async function claimPorts(node: NodePlan, wanted: NodePorts = node.ports): Promise<PortClaim> {
  for (const ports of [wanted, ...Array.from({ length: maxNodes }, (_, block) => nodePorts(block))]) {
    const claim = await tryBlock(node, ports)
    if (claim !== undefined) return claim
  }
  throw new PortError(`No block of free ports is left for ${node.name}.`, { node: node.name, wanted })
}

async function tryBlock(node: NodePlan, ports: NodePorts): Promise<PortClaim | undefined> {
  const lock = await tryFileLock(join(stateDirectory(), 'ports', String(ports.executionRpc)))
  if (!isFileLock(lock)) return undefined
  if (await allFree(node, ports)) return { ports, [Symbol.dispose]: () => lock.release() }
  lock.release()
  return undefined
}

async function allFree(node: NodePlan, ports: NodePorts): Promise<boolean> {
  const { executionP2p, consensusP2p, ...onLocalhost } = ports
  const tests = [
    ...Object.values(onLocalhost).map((port) => canListen('127.0.0.1', port)),
    canListen(node.address, executionP2p),
    canListen(node.address, consensusP2p),
  ]
  return (await Promise.all(tests)).every(Boolean)
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
