import { vi } from 'vitest'
import type { NodeView } from '../../../../src/network/errors.ts'
import { Node, type NodeState } from '../../../../src/network/node.ts'
import type { Manifest, NodePlan } from '../../../../src/plan/manifest.ts'
import { examplePlan } from '../../support/example-plan.ts'
import { FakeClient } from './fake-client.ts'

export interface FakeNode {
  readonly node: Node
  readonly execution: FakeClient
  readonly consensus: FakeClient
  /** What was asked of both clients, in order. */
  readonly calls: string[]
  readonly states: NodeState[]
}

export interface FakeNodeParameters {
  readonly plan?: NodePlan
  readonly wasStoppedCleanly?: boolean
}

/** A real node whose two clients run nothing. */
export function makeFakeNode({ plan, wasStoppedCleanly = true }: FakeNodeParameters = {}): FakeNode {
  const calls: string[] = []
  const states: NodeState[] = []
  const clients: Partial<Record<'execution' | 'consensus', FakeClient>> = {}
  const nodePlan = plan ?? onePlan.nodes[0]
  if (nodePlan === undefined) throw new Error('no node was planned')
  const node = new Node({
    plan: nodePlan,
    ports: nodePlan.ports,
    jwtSecretFile: '/nowhere/jwt.hex',
    wasStoppedCleanly,
    onStateChange: ({ state }) => states.push(state),
    skewClock: () => Promise.reject(new Error('a fake node has no clock')),
    makeInstance: (layer, onCrash) => {
      clients[layer] = new FakeClient({ name: layer, onCrash, calls })
      return clients[layer]
    },
  })
  const { execution, consensus } = clients
  if (execution === undefined || consensus === undefined) throw new Error('the node made no clients')
  return { node, execution, consensus, calls, states }
}

const onePlan = exampleNodes(1)

/** The plan of a full mesh of small nodes, each of two processes. */
export function exampleNodes(count: number): Manifest {
  const nodes = [{ execution: 'geth', consensus: 'prysm', count }]
  return examplePlan({ nodes, validators: count * 4, topology: 'full-mesh', slotsPerEpoch: 8 })
}

/** A running node that tells this view, and these blocks by slot. */
export async function nodeWithView(
  plan: NodePlan,
  view: Partial<NodeView>,
  blocks: Readonly<Record<number, string>> = {},
): Promise<Node> {
  const { node } = makeFakeNode({ plan })
  await node.start()
  const { headSlot, headRoot, justifiedEpoch = 0, finalizedEpoch = 0, finalizedRoot = '0x' } = view
  vi.spyOn(node.beaconApi, 'header').mockImplementation(async (id) => {
    if (view.problem !== undefined) throw new Error(view.problem)
    const slot = id === 'head' ? headSlot : Number(id)
    const root = id === 'head' ? headRoot : blocks[Number(id)]
    if (slot === undefined || root === undefined) return undefined
    return { slot, root, proposerIndex: slot, parentRoot: '0x' }
  })
  vi.spyOn(node.beaconApi, 'finalityCheckpoints').mockImplementation(async () => ({
    previousJustified: { epoch: 0, root: '0x' },
    currentJustified: { epoch: justifiedEpoch, root: '0x' },
    finalized: { epoch: finalizedEpoch, root: finalizedRoot },
  }))
  return node
}
