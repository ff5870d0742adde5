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
  const lock = await tryFileLock(join(stateDirectory(), 'ports', String(ports.executionRpc)))
  if (!isFileLock(lock)) return undefined
  if (await allFree(ports, p2pAddresses)) return { ports, [Symbol.dispose]: () => lock.release() }
  lock.release()
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

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
