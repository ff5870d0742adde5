import {
  at,
  type Checkpoint,
  computeEpochAtSlot,
  EMPTY_ROOT,
  GENESIS_EPOCH,
  getCheckpointBlock,
  getCurrentStoreEpoch,
  isAncestor,
  type ReferenceValidator,
  type Store,
} from './store.ts'

const PROPOSER_SCORE_BOOST = 40n
const EFFECTIVE_BALANCE_INCREMENT = 1_000_000_000n

export function calculateCommitteeFraction(
  store: Store,
  state: readonly ReferenceValidator[],
  committeePercent: bigint,
): bigint {
  let sum = 0n
  for (const validator of state) {
    if (validator.isActive && !validator.slashed) sum += validator.effectiveBalanceGwei
  }
  const totalBalance = sum > EFFECTIVE_BALANCE_INCREMENT ? sum : EFFECTIVE_BALANCE_INCREMENT
  const committeeWeight = totalBalance / BigInt(store.config.slotsPerEpoch)
  return (committeeWeight * committeePercent) / 100n
}

export function getAttestationScore(
  store: Store,
  root: string,
  state: readonly ReferenceValidator[],
): bigint {
  let score = 0n
  for (const [index, validator] of state.entries()) {
    if (!validator.isActive || validator.slashed) continue
    const message = store.latestMessages.get(index)
    if (message === undefined || store.equivocatingIndices.has(index)) continue
    // A block whose payload was invalidated was removed: a vote for it has no weight.
    if (!store.blocks.has(message.root)) continue
    if (isAncestor(store, message.root, root)) score += validator.effectiveBalanceGwei
  }
  return score
}

export function justifiedState(store: Store): readonly ReferenceValidator[] {
  return store.checkpointState(store.justifiedCheckpoint)
}

function getProposerScore(store: Store): bigint {
  return calculateCommitteeFraction(store, justifiedState(store), PROPOSER_SCORE_BOOST)
}

export function getWeight(store: Store, root: string): bigint {
  const attestationScore = getAttestationScore(store, root, justifiedState(store))
  if (store.proposerBoostRoot === EMPTY_ROOT) return attestationScore
  if (!store.blocks.has(store.proposerBoostRoot)) return attestationScore
  let proposerScore = 0n
  if (isAncestor(store, store.proposerBoostRoot, root)) proposerScore = getProposerScore(store)
  return attestationScore + proposerScore
}

function getVotingSource(store: Store, blockRoot: string): Checkpoint {
  const block = at(store.blocks, blockRoot)
  const currentEpoch = getCurrentStoreEpoch(store)
  const blockEpoch = computeEpochAtSlot(store, block.slot)
  if (currentEpoch > blockEpoch) return at(store.unrealizedJustifications, blockRoot)
  return at(store.blockStates, blockRoot).currentJustifiedCheckpoint
}

function getNodeChildren(store: Store, root: string): string[] {
  return [...store.blocks].filter(([, block]) => block.parentRoot === root).map(([child]) => child)
}

function filterNodeTree(store: Store, root: string): string[] {
  const children = getNodeChildren(store, root)
  if (children.length > 0) {
    const viableNodes = children.flatMap((child) => filterNodeTree(store, child))
    return viableNodes.length > 0 ? [...viableNodes, root] : []
  }
  const currentEpoch = getCurrentStoreEpoch(store)
  const votingSource = getVotingSource(store, root)
  const correctJustified =
    store.justifiedCheckpoint.epoch === GENESIS_EPOCH ||
    votingSource.epoch === store.justifiedCheckpoint.epoch ||
    votingSource.epoch + 2 >= currentEpoch
  const correctFinalized =
    store.finalizedCheckpoint.epoch === GENESIS_EPOCH ||
    store.finalizedCheckpoint.root === getCheckpointBlock(store, root, store.finalizedCheckpoint.epoch)
  return correctJustified && correctFinalized ? [root] : []
}

export function getFilteredNodeTree(store: Store): string[] {
  return filterNodeTree(store, store.justifiedCheckpoint.root)
}

export function getHead(store: Store): string {
  const nodes = getFilteredNodeTree(store)
  let head = store.justifiedCheckpoint.root
  while (true) {
    const children = getNodeChildren(store, head).filter((child) => nodes.includes(child))
    const [first, ...others] = children
    if (first === undefined) return head
    head = others.reduce((best, child) => (isPreferred(store, child, best) ? child : best), first)
  }
}

function isPreferred(store: Store, child: string, best: string): boolean {
  const [weight, bestWeight] = [getWeight(store, child), getWeight(store, best)]
  return weight === bestWeight ? child > best : weight > bestWeight
}

/** The leaves that the reference tests of the specification compare as `viable_for_head_roots_and_weights`. */
export function getViableHeads(store: Store): string[] {
  const filtered = getFilteredNodeTree(store)
  const leaves: string[] = []
  const pending = [store.justifiedCheckpoint.root]
  for (let root = pending.pop(); root !== undefined; root = pending.pop()) {
    const children = getNodeChildren(store, root).filter((child) => filtered.includes(child))
    if (children.length === 0) leaves.push(root)
    else pending.push(...children)
  }
  return leaves
}
