import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { Root } from '../fork-choice/types.ts'
import type { OperationPools } from '../pools/operation-pools.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import type { GossipTime } from './gossip-time.ts'
import type { Seen } from './seen.ts'
import type { SharedGossip, SharedMessage, SignatureCheck } from './shared-messages.ts'
import type { Topic } from './topics.ts'
import type { Refusal } from './verdicts.ts'

/** What the rules ask of the node that judges a message: all of it is the node's own. */
export interface GossipNode {
  readonly chain: BeaconChain
  readonly protocol: Protocol
  readonly pools: OperationPools
  readonly time: GossipTime
  readonly seen: Seen
  readonly failedBlocks: FailedBlocks
  /** Imports a block that passed, in its own slot at the earliest. */
  importBlock(block: SignedBlock): void
}

/** Blocks that this node could not import, and whose descendants it need not try. */
export interface FailedBlocks {
  get(root: Root): 'invalid' | 'invalid-payload' | undefined
}

/**
 * The rules of one topic. They are asked in this order: `before`, the signatures, `after`, so that a message
 * that breaks several gets the verdict that the specification's order gives it.
 */
export interface TopicRules<Content> {
  /** @throws anything for bytes that are not a message of this topic */
  decode(bytes: Uint8Array, topic: Topic, shared: SharedGossip): Content
  /** The rules that the specification has ahead of the signatures. */
  before(content: Content, node: GossipNode, topic: Topic): Refusal | undefined
  signatures(content: Content, node: GossipNode): readonly SignatureCheck[]
  /** The epoch whose fork decides the type of the message, where the message itself says so. */
  epoch?(content: Content, node: GossipNode): number
  /** What decides, besides the content, whether the signatures are valid. */
  context?(content: Content, node: GossipNode): object | undefined
  /** The rules that follow the signatures. */
  after?(content: Content, node: GossipNode): Refusal | undefined
  /** Marks the message as seen and hands it to the pools and the chain. */
  accept(content: Content, node: GossipNode, topic: Topic): void
}

/**
 * Judges a message, and takes it in when it passes.
 * @returns why it does not pass; at once when its signatures have been verified for another node already
 */
export function judge<Content>(
  rules: TopicRules<Content>,
  message: SharedMessage<Content>,
  node: GossipNode,
  topic: Topic,
): Refusal | undefined | Promise<Refusal | undefined> {
  const { content } = message
  const refusal = rules.before(content, node, topic)
  if (refusal !== undefined) return refusal
  const context = rules.context?.(content, node)
  const known = message.outcome(context)
  if (known !== undefined) return conclude(rules, content, node, topic, known.refusal)
  const verified = message.verify(node.protocol, () => rules.signatures(content, node), context)
  // Meanwhile another message may have been seen, or a block imported: what was asked before is asked again.
  return verified.then(
    (failure) => rules.before(content, node, topic) ?? conclude(rules, content, node, topic, failure),
  )
}

function conclude<Content>(
  rules: TopicRules<Content>,
  content: Content,
  node: GossipNode,
  topic: Topic,
  failure: Refusal | undefined,
): Refusal | undefined {
  const refusal = failure ?? rules.after?.(content, node)
  if (refusal === undefined) rules.accept(content, node, topic)
  return refusal
}
