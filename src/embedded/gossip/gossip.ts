import type { EventEmitter } from 'node:events'
import type {
  AttesterSlashing,
  altair,
  capella,
  phase0,
  SignedAggregateAndProof,
  SingleAttestation,
} from '@lodestar/types'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import { SafeEmitter } from '../chain/safe-emitter.ts'
import type { Clock } from '../clock/clock.ts'
import type { Root } from '../fork-choice/types.ts'
import type { GossipMessage, PeerId, Verdict, Wire } from '../links/wire.ts'
import type { OperationPools } from '../pools/operation-pools.ts'
import type { BlockBlobs, Publisher } from '../production/publisher.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'
import { BlockImports } from './block-imports.ts'
import { failNode } from './fail-node.ts'
import { type GossipNode, judge } from './gossip-node.ts'
import { GossipTime } from './gossip-time.ts'
import { HeldMessages } from './held-messages.ts'
import { OwnMessages } from './own-messages.ts'
import { Seen } from './seen.ts'
import { SharedGossip, type SharedMessage } from './shared-messages.ts'
import { Subscriptions } from './subscriptions.ts'
import { type TopicContents, topicRules } from './topic-rules.ts'
import { GossipTopics, type Topic, type TopicKind } from './topics.ts'
import { type Refusal, reject } from './verdicts.ts'

/** How long a message waits for a block: enough to ask a peer for it and some ancestors. */
const BLOCK_PATIENCE_SLOTS = 4

/** Who looks for blocks that somebody has spoken of. */
export interface BlockFinder {
  /** Asks that peer, or others, for a block and its ancestors, and imports them. */
  find(root: Root, from: PeerId): void
}

export interface GossipParameters {
  readonly chain: BeaconChain
  readonly pools: OperationPools
  readonly wire: Wire
  readonly clock: Clock
  readonly protocol: Protocol
  readonly blocks: BlockFinder
}

export interface GossipEvents {
  /** A message has passed, from a peer or from this node itself. */
  accept: [message: AcceptedMessage]
  refuse: [refused: { readonly topic: string; readonly from: PeerId; readonly refusal: Refusal }]
}

/** What it is a message of, and the message. */
export type AcceptedMessage = {
  [Kind in TopicKind]: { readonly kind: Kind; readonly content: TopicContents[Kind] }
}[TopicKind]

/**
 * A node's part in gossip: judges what arrives by the rules of p2p-interface.md (phase0 to fulu), takes in what
 * passes, and sends the node's own messages, which pass the same rules.
 *
 * What depends on a message's content alone is worked out once for all nodes of the process (`SharedGossip`);
 * what the node has seen, which blocks it knows and what time it is, is its own.
 */
export class Gossip implements Publisher {
  readonly #events: SafeEmitter<GossipEvents>
  readonly #topics: GossipTopics
  readonly #shared: SharedGossip
  readonly #node: GossipNode
  readonly #held: HeldMessages
  readonly #imports: BlockImports
  readonly #subscriptions: Subscriptions
  readonly #own: OwnMessages
  /** For nodes that misbehave: sends what the rules would hold back, such as a second block of a slot. */
  readonly unjudged: Publisher
  readonly #refusalCounts = new Map<string, number>()
  readonly #blocks: BlockFinder
  #isRunning = false

  constructor({ chain, pools, wire, clock, protocol, blocks }: GossipParameters) {
    const { time: slots } = chain
    this.#events = new SafeEmitter((error) => failNode(clock, error))
    const time = new GossipTime(clock, slots, protocol.config.MAXIMUM_GOSSIP_CLOCK_DISPARITY)
    this.#blocks = blocks
    this.#topics = GossipTopics.of(protocol.config)
    this.#shared = SharedGossip.of(protocol)
    this.#imports = new BlockImports(chain, clock)
    const node = { chain, protocol, pools, time, seen: new Seen(), failedBlocks: this.#imports.failed }
    this.#node = { ...node, importBlock: (block) => this.#imports.schedule(block) }
    this.#held = new HeldMessages({
      clock,
      aheadMsMax: slots.slotDurationMs,
      patienceMs: BLOCK_PATIENCE_SLOTS * slots.slotDurationMs,
    })
    this.#subscriptions = new Subscriptions({ topics: this.#topics, wire, clock, time: slots })
    const own = {
      node: { ...this.#node, importBlock: () => {} },
      topics: this.#topics,
      shared: this.#shared,
      clock,
      send: (topic: Topic, data: Uint8Array) => wire.publish(topic.name, data),
    }
    this.#own = new OwnMessages({
      ...own,
      judge: (topic, message, byNode) => this.#judge(topic, message, byNode),
    })
    this.unjudged = new OwnMessages({ ...own, judge: () => undefined })
  }

  get events(): EventEmitter<GossipEvents> {
    return this.#events
  }

  /** Takes part in gossip from now on. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#node.chain.events.on('block', this.#onBlock)
    this.#imports.start()
    this.#subscriptions.start()
  }

  stop(): void {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#node.chain.events.off('block', this.#onBlock)
    this.#imports.stop()
    this.#subscriptions.stop()
    this.#held.clear()
  }

  /** How often messages were refused, by `<topic> <verdict>: <reason>`. The reasons are a fixed set. */
  get refusalCounts(): ReadonlyMap<string, number> {
    return this.#refusalCounts
  }

  /** Messages that wait for a block, or for their time. */
  get heldCount(): number {
    return this.#held.count
  }

  /** Judges a message from a peer: the wire's `onGossip`. Never throws for what is in it. */
  handle(message: GossipMessage, from: PeerId): Verdict | Promise<Verdict> {
    const result = this.#judgeMessage(message)
    return result instanceof Promise
      ? result.then((refusal) => this.#settle(message, from, refusal))
      : this.#settle(message, from, result)
  }

  publishBlock(block: SignedBlock, blobs?: BlockBlobs): Promise<void> {
    return this.#own.publishBlock(block, blobs)
  }

  publishAttestations(attestations: readonly SingleAttestation<Fork>[]): Promise<void> {
    return this.#own.publishAttestations(attestations)
  }

  publishAggregates(aggregates: readonly SignedAggregateAndProof<Fork>[]): Promise<void> {
    return this.#own.publishAggregates(aggregates)
  }

  publishSyncMessages(messages: readonly altair.SyncCommitteeMessage[]): Promise<void> {
    return this.#own.publishSyncMessages(messages)
  }

  publishContributions(contributions: readonly altair.SignedContributionAndProof[]): Promise<void> {
    return this.#own.publishContributions(contributions)
  }

  publishVoluntaryExit(exit: phase0.SignedVoluntaryExit): Promise<void> {
    return this.#own.publishVoluntaryExit(exit)
  }

  publishBlsChange(change: capella.SignedBLSToExecutionChange): Promise<void> {
    return this.#own.publishBlsChange(change)
  }

  publishProposerSlashing(slashing: phase0.ProposerSlashing): Promise<void> {
    return this.#own.publishProposerSlashing(slashing)
  }

  publishAttesterSlashing(slashing: AttesterSlashing<Fork>): Promise<void> {
    return this.#own.publishAttesterSlashing(slashing)
  }

  readonly #onBlock = ({ block }: { block: SignedBlock }): void => this.#held.blockCame(block.root)

  #judgeMessage({ topic: name, data }: GossipMessage): Refusal | undefined | Promise<Refusal | undefined> {
    // "Clients MUST reject messages with an unknown topic."
    const topic = this.#topics.find(name)
    if (topic === undefined) return reject('unknown topic')
    if (data.length > this.#node.protocol.config.MAX_PAYLOAD_SIZE) return reject('message is too large')
    // "Clients MUST reject (fail validation) messages containing an incorrect type, or invalid payload."
    const message = this.#decode(topic, data)
    return message === undefined ? reject('message is malformed') : this.#judge(topic, message, this.#node)
  }

  #decode<Kind extends TopicKind>(
    topic: Topic<Kind>,
    data: Uint8Array,
  ): SharedMessage<TopicContents[Kind]> | undefined {
    return this.#shared.decode(topic, data, topicRules[topic.kind].decode)
  }

  #judge<Kind extends TopicKind>(
    topic: Topic<Kind>,
    message: SharedMessage<TopicContents[Kind]>,
    node: GossipNode,
  ): Refusal | undefined | Promise<Refusal | undefined> {
    const rules = topicRules[topic.kind]
    const epoch = rules.epoch?.(message.content, node)
    // "The context epoch of the message to be sent on the topic" decides the digest in the topic's name.
    if (epoch !== undefined && this.#topics.at(epoch).epoch !== topic.epoch) {
      return reject("message is not of its topic's fork")
    }
    const result = judge(rules, message, node, topic)
    return result instanceof Promise
      ? result.then((refusal) => this.#tell(message, refusal))
      : this.#tell(message, result)
  }

  #tell(message: SharedMessage<TopicContents[TopicKind]>, refusal: Refusal | undefined): Refusal | undefined {
    // A shared message has a kind and the content of that kind, which the type cannot say.
    if (refusal === undefined) this.#events.tell('accept', message as unknown as AcceptedMessage)
    return refusal
  }

  /** Answers the wire. What lacks something is judged again when that is there, unless it takes too long. */
  #settle(message: GossipMessage, from: PeerId, refusal: Refusal | undefined): Verdict | Promise<Verdict> {
    if (refusal === undefined) return 'accept'
    const arrival = this.#isRunning ? this.#arrivalOf(refusal, message, from) : undefined
    if (arrival === undefined) return this.#count(message, from, refusal)
    return arrival.then((isThere) =>
      isThere && this.#isRunning ? this.handle(message, from) : this.#count(message, from, refusal),
    )
  }

  /** Undefined for a message that lacks nothing, or cannot be held. */
  #arrivalOf({ until }: Refusal, { data }: GossipMessage, from: PeerId): Promise<boolean> | undefined {
    if (until === undefined) return undefined
    if ('timeMs' in until) return this.#held.untilTime(until.timeMs, data.length)
    const arrival = this.#held.untilBlock(until.blockRoot, data.length)
    if (arrival !== undefined) this.#blocks.find(until.blockRoot, from)
    return arrival
  }

  #count({ topic }: GossipMessage, from: PeerId, refusal: Refusal): Verdict {
    const kind = this.#topics.find(topic)?.kind ?? 'unknown'
    const key = `${kind} ${refusal.verdict}: ${refusal.reason}`
    this.#refusalCounts.set(key, (this.#refusalCounts.get(key) ?? 0) + 1)
    if (this.#events.listenerCount('refuse') > 0) this.#events.tell('refuse', { topic, from, refusal })
    return refusal.verdict
  }
}
