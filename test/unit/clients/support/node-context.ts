import type { NodeContext } from '../../../../src/clients/client.ts'
import type { NetworkOptions } from '../../../../src/plan/options.ts'
import { examplePlan } from '../../support/example-plan.ts'

/** What a client is told about the middle one of three nodes in a line. */
export function exampleContext(
  changes: Partial<NodeContext> = {},
  options: NetworkOptions = {},
): NodeContext {
  const manifest = examplePlan({
    ...{ nodes: 3, validators: 12, topology: 'line', slotsPerEpoch: 8, seed: 7, chainId: 4242 },
    ...options,
  })
  const [first, node, last] = manifest.nodes
  if (first === undefined || node === undefined || last === undefined)
    throw new Error('three nodes are needed')
  return {
    manifest,
    node,
    ports: node.ports,
    peers: [first, last].map((peer) => ({
      node: peer,
      links: { execution: 'sockets', consensus: 'sockets' },
      address: peer.address,
      ports: peer.ports,
      dialsPeers: false,
    })),
    files: {
      executionGenesisJson: '/net/genesis.json',
      consensusGenesisSsz: '/net/genesis.ssz',
      consensusConfigYaml: '/net/config.yaml',
    },
    directory: '/net/nodes/node-1',
    engineUrl: 'http://127.0.0.1:8551',
    slotsMissed: 0,
    jwtSecretFile: '/net/nodes/node-1/jwt.hex',
    binary: (name) => `/bin/of/${name}`,
    ...changes,
  }
}
