import { nodeAddress, nodePorts } from './addresses.ts'
import { devp2pIdentity, feeRecipientAddress, libp2pIdentity } from './identity.ts'
import type { NodePlan } from './manifest.ts'

interface NodeParameters
  extends Pick<NodePlan, 'index' | 'name' | 'execution' | 'consensus' | 'validators' | 'validatorClient'> {
  readonly seed: number
}

/** Completes a node with all that follows from the seed and its index alone. */
export function planNode({ seed, ...node }: NodeParameters): NodePlan {
  return {
    index: node.index,
    name: node.name,
    execution: node.execution,
    consensus: node.consensus,
    validators: node.validators,
    validatorClient: node.validatorClient,
    address: nodeAddress(node.index),
    ports: nodePorts(node.index),
    devp2p: devp2pIdentity(seed, node.index),
    libp2p: libp2pIdentity(seed, node.index),
    feeRecipient: feeRecipientAddress(seed, node.index),
  }
}
