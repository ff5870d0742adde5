import { hexToBytes, zeroAddress } from '../bytes.ts'
import type { ExecutedBlock } from '../chain/block-record.ts'
import type { ExecutionNode } from '../execution-node.ts'

interface Pending {
  readonly key: string
  readonly block: Promise<ExecutedBlock>
}

/** The last pending block of each node, until its head or its pool changes. */
const pendingBlocks = new WeakMap<ExecutionNode, Pending>()

/** The block that this node would build now: on its head, from its pool. It is in no chain. */
export function pendingBlock(node: ExecutionNode): Promise<ExecutedBlock> {
  const { head } = node.chain
  const earliest = Number(head.record.block.header.timestamp) + 1
  const timestamp = Math.max(earliest, Math.floor(node.now() / 1000))
  const key = `${head.record.hash} ${node.pool.version} ${timestamp}`
  const known = pendingBlocks.get(node)
  if (known?.key === key) return known.block
  const attributes = {
    timestamp,
    prevRandao: new Uint8Array(32),
    feeRecipient: hexToBytes(zeroAddress),
    withdrawals: [],
    parentBeaconBlockRoot: new Uint8Array(32),
  }
  const block = node.build(head, attributes).then(({ executed }) => executed)
  pendingBlocks.set(node, { key, block })
  return block
}
