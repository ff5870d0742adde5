import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { nodePorts } from '../../../src/plan/addresses.ts'
import type { NodePorts } from '../../../src/plan/manifest.ts'
import { claimPorts } from '../../../src/processes/ports.ts'
import { exampleNodes } from '../network/support/fake-node.ts'
import { useStateHome } from '../network/support/state-home.ts'

useStateHome()
const [node] = exampleNodes(1).nodes
if (node === undefined) throw new Error('no node was planned')
/** Far from where networks begin to look, since some may run on this machine. */
const wanted = nodePorts(1_200)
const servers: Server[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

async function occupy(host: string, port: number): Promise<void> {
  const server = createServer().listen(port, host)
  servers.push(server)
  await once(server, 'listening')
}

function overlap(a: NodePorts, b: NodePorts): number[] {
  return Object.values(a).filter((port) => Object.values(b).includes(port))
}

describe('a claim', () => {
  it('gets the ports that are wanted when they are free', async () => {
    using claim = await claimPorts(node, wanted)
    expect(claim.ports).toEqual(wanted)
  })

  it('shares no port with another one, and what it had is free after its release', async () => {
    const first = await claimPorts(node, wanted)
    using second = await claimPorts(node, wanted)
    expect(overlap(first.ports, second.ports)).toEqual([])
    first[Symbol.dispose]()
    using third = await claimPorts(node, wanted)
    expect(third.ports).toEqual(wanted)
  })

  it.each([
    ['executionRpc', '127.0.0.1'],
    ['validatorApi', '127.0.0.1'],
    ['executionP2p', node.address],
    ['consensusP2p', node.address],
  ] as const)('gets another block when %s is taken on %s', async (name, host) => {
    await occupy(host, wanted[name])
    using claim = await claimPorts(node, wanted)
    expect(overlap(claim.ports, wanted)).toEqual([])
  })

  it('gets another block when a proxy of an edge could not listen at one of its ports', async () => {
    await occupy('127.2.0.200', wanted.consensusP2p)
    using claim = await claimPorts(node, wanted, ['127.2.0.199', '127.2.0.200'])
    expect(overlap(claim.ports, wanted)).toEqual([])
  })

  it('does not mind a peer-to-peer port that another node has on its own address', async () => {
    await occupy('127.1.0.200', wanted.consensusP2p)
    using claim = await claimPorts(node, wanted)
    expect(claim.ports).toEqual(wanted)
  })

  it('holds no lock on a block that it could not use', async () => {
    await occupy('127.0.0.1', wanted.executionRpc)
    using other = await claimPorts(node, wanted)
    await new Promise((resolve) => servers.pop()?.close(resolve))
    using claim = await claimPorts(node, wanted)
    expect(claim.ports).toEqual(wanted)
    expect(other.ports).not.toEqual(wanted)
  })
})
