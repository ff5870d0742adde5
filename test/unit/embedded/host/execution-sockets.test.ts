import { describe, expect, test } from 'vitest'
import { ExecutionSockets } from '../../../../src/embedded/host/execution-sockets.ts'
import { exampleContext } from '../../clients/support/node-context.ts'

const [first, last] = exampleContext().peers
if (first === undefined || last === undefined) throw new Error('the middle of a line has two peers')
const inProcess = { ...last, links: { execution: 'in-process', consensus: 'in-process' } } as const
const [firstId, lastId] = [first.node.devp2p.nodeId, last.node.devp2p.nodeId]

function makeSockets() {
  const calls: string[] = []
  const sockets = new ExecutionSockets(async (peers) => {
    calls.push(`listen ${peers.map(({ nodeId, address, port }) => `${nodeId} ${address} ${port}`)}`)
    return {
      peers: [],
      addPeer: ({ nodeId }) => void calls.push(`add ${nodeId}`),
      removePeer: (nodeId) => void calls.push(`remove ${nodeId}`),
      [Symbol.asyncDispose]: async () => void calls.push('dispose'),
    }
  })
  return { sockets, calls }
}

describe('execution links over sockets', () => {
  test('are none while all neighbours are in this process', async () => {
    const { sockets, calls } = makeSockets()
    await sockets.setPeers([inProcess])
    await sockets.resume()
    await sockets[Symbol.asyncDispose]()
    expect(calls).toEqual([])
  })

  test('lead to the neighbours that need them, as these come and go', async () => {
    const { sockets, calls } = makeSockets()
    await sockets.setPeers([first, inProcess])
    await Promise.all([sockets.setPeers([first, last]), sockets.setPeers([last])])
    expect(calls[0]).toBe(`listen ${firstId} ${first.address} ${first.ports.executionP2p}`)
    // What is wanted in the end counts, not what was wanted in between.
    expect(calls.slice(1).sort()).toEqual([`add ${lastId}`, `remove ${firstId}`])
  })

  test('of a paused node are down, and come back to whom it is to be connected then', async () => {
    const { sockets, calls } = makeSockets()
    await sockets.setPeers([first])
    await sockets.pause()
    await sockets.setPeers([last])
    await sockets.resume()
    await sockets[Symbol.asyncDispose]()
    expect(calls.map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual([
      `listen ${firstId}`,
      'dispose',
      `listen ${lastId}`,
      'dispose',
    ])
  })
})
