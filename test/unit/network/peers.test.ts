import { describe, expect, it, vi } from 'vitest'
import { missingConnections, type NodePeers, peersOf } from '../../../src/network/peers.ts'
import { exampleNodes, makeFakeNode } from './support/fake-node.ts'

const line = [
  { a: 'node-0', b: 'node-1', address: '127.2.0.10' },
  { a: 'node-1', b: 'node-2', address: '127.2.0.11' },
]

function peers(name: string, execution: string[], consensus: string[]): NodePeers {
  return { name, execution, consensus }
}

describe('missing connections', () => {
  it('are none when one end of each lists the other', () => {
    const connected = [
      peers('node-0', ['node-1'], ['node-1']),
      peers('node-1', ['node-2'], ['node-2']),
      peers('node-2', [], []),
    ]
    expect(missingConnections(connected, line)).toEqual([])
  })

  it('are named with their layer', () => {
    const connected = [
      peers('node-0', ['node-1'], []),
      peers('node-1', ['node-0'], []),
      peers('node-2', [], ['node-1']),
    ]
    expect(missingConnections(connected, line)).toEqual([
      'node-0 - node-1 (consensus)',
      'node-1 - node-2 (execution)',
    ])
  })

  it('are not those of nodes that do not run', () => {
    expect(missingConnections([peers('node-1', [], [])], line)).toEqual([])
  })

  it('are not made up for by other peers', () => {
    const connected = [peers('node-0', ['node-2'], ['node-2']), peers('node-1', ['node-2'], ['node-2'])]
    expect(missingConnections(connected, line.slice(0, 1))).toHaveLength(2)
  })
})

describe('connected peers', () => {
  it('are names in the order of the nodes, and strangers by their ids behind them', async () => {
    const manifest = exampleNodes(12)
    const [plan, ...others] = manifest.nodes
    if (plan === undefined) throw new Error('no node was planned')
    const { node } = makeFakeNode({ plan })
    await node.start()
    // node-10 comes after node-2, though not in the alphabet.
    const listed = [others[9], others[1]].flatMap((one) => one ?? [])
    vi.spyOn(node.executionApi, 'connectedPeers').mockResolvedValue([
      'ff'.repeat(64),
      ...listed.map((one) => one.devp2p.nodeId.slice(2)),
    ])
    vi.spyOn(node.beaconApi, 'connectedPeers').mockResolvedValue(listed.map((one) => one.libp2p.peerId))
    expect(await peersOf({ manifest, nodes: [node] })).toEqual([
      {
        name: 'node-0',
        execution: ['node-2', 'node-10', 'ff'.repeat(64)],
        consensus: ['node-2', 'node-10'],
      },
    ])
  })

  it('are asked of running nodes only', async () => {
    const manifest = exampleNodes(1)
    const { node } = makeFakeNode()
    expect(await peersOf({ manifest, nodes: [node] })).toEqual([])
  })
})
