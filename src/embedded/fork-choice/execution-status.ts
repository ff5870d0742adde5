import type { BlockTree, TreeNode } from './block-tree.ts'
import { ForkChoiceError } from './errors.ts'
import { type Root, ZERO_ROOT } from './types.ts'

/**
 * `NOT_VALIDATED` to `VALID` (bellatrix/optimistic-sync.md): a valid payload makes those of all ancestors valid.
 * @throws ForkChoiceError `execution-conflict` when it was invalid before
 */
export function markPayloadValid(node: TreeNode): void {
  if (node.executionStatus === 'invalid') throw conflict(node, 'valid')
  node.executionStatus = 'valid'
  let ancestor = node.parent
  while (ancestor?.executionStatus === 'optimistic') {
    ancestor.executionStatus = 'valid'
    ancestor = ancestor.parent
  }
}

/**
 * `NOT_VALIDATED` to `INVALIDATED`, for the block that `latestValidHash` points at and all its descendants.
 * @returns the roots of the blocks that became invalid
 * @throws ForkChoiceError `execution-conflict` when one of them was valid before
 */
export function markPayloadInvalid(tree: BlockTree, node: TreeNode, latestValidHash: Root | null): Root[] {
  if (node.executionStatus === 'invalid') return []
  const first = invalidBlock(node, latestValidHash)
  const branch = descendantsAndSelf(tree, first).filter((member) => member.executionStatus !== 'invalid')
  const contradicted = branch.find((member) => member.executionStatus === 'valid')
  if (contradicted !== undefined) throw conflict(contradicted, 'invalid')
  for (const member of branch) tree.detach(member)
  return branch.map((member) => member.root)
}

/** The table "How to apply `latestValidHash` when payload status is `INVALID`". */
function invalidBlock(node: TreeNode, latestValidHash: Root | null): TreeNode {
  if (latestValidHash === null) return node
  let first = node
  for (let parent = node.parent; parent !== undefined; parent = parent.parent) {
    if (parent.executionBlockHash === latestValidHash) return first
    // All zeroes: no payload of the chain is valid. It cannot speak of those that were found valid before.
    if (latestValidHash === ZERO_ROOT && parent.executionStatus === 'valid') return first
    first = parent
  }
  // A hash that is not in the chain says nothing.
  return latestValidHash === ZERO_ROOT ? first : node
}

function descendantsAndSelf(tree: BlockTree, root: TreeNode): TreeNode[] {
  const members = new Set<TreeNode>([root])
  for (const node of tree.nodes) {
    if (node.parent !== undefined && members.has(node.parent)) members.add(node)
  }
  return [...members]
}

function conflict(
  { root, slot, executionBlockHash, executionStatus }: TreeNode,
  claim: string,
): ForkChoiceError {
  return new ForkChoiceError({
    reason: 'execution-conflict',
    message: `The payload ${executionBlockHash} of block ${root} was ${executionStatus}, and now is ${claim}.`,
    hints: ['The execution client contradicts itself: its data may be corrupt. Nothing was changed.'],
    facts: { root, slot, executionBlockHash, executionStatus, claim },
  })
}
