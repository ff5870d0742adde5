import { expect } from 'vitest'
import { GossipTopics, type TopicKind } from '../../../../../src/embedded/gossip/topics.ts'
import type { SignedBlock } from '../../../../../src/embedded/protocol/signed-block.ts'
import type { Manifest } from '../../../../../src/plan/manifest.ts'
import { ChainBuilder } from '../../support/chain-builder.ts'
import { TestMessages } from './test-messages.ts'
import { type GossipTestNode, TestNodes } from './test-nodes.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

/** Slot of the head, and of the clock: the third of the second epoch. */
export const headSlot = 10
export const farFuture = 2 ** 40
export const noSignature = new Uint8Array(96)

/** A chain of some blocks, and nodes that judge one message each. */
export class RuleBench {
  readonly builder: ChainBuilder
  readonly messages: TestMessages
  readonly nodes: TestNodes
  readonly #blocks: readonly SignedBlock[]
  #nodeCount = 0

  private constructor(builder: ChainBuilder, nodes: TestNodes, blocks: readonly SignedBlock[]) {
    this.builder = builder
    this.nodes = nodes
    this.messages = new TestMessages(builder)
    this.#blocks = blocks
  }

  static async create(manifest: Manifest): Promise<RuleBench> {
    const builder = await ChainBuilder.create(manifest)
    const nodes = new TestNodes(builder)
    await nodes.advanceToSlot(headSlot)
    const parent = builder.genesis.block
    const blocks = await builder.buildMany(headSlot, { parent, slot: 1, syncAggregate: false })
    return new RuleBench(builder, nodes, blocks)
  }

  get head(): SignedBlock {
    return this.blockOf(headSlot)
  }

  blockOf(slot: number): SignedBlock {
    const block = this.#blocks[slot - 1]
    if (block === undefined) throw new RangeError(`There is no block of slot ${slot}.`)
    return this.nodes.protocol.decodeBlock(block.bytes)
  }

  /** A node at the head that takes no part: nothing is held back for later. */
  async newNode(): Promise<GossipTestNode> {
    const { nodes } = this
    const fresh = await nodes.add(`node-${this.#nodeCount++}`)
    for (const { slot } of this.#blocks) await fresh.chain.importBlock(this.blockOf(slot))
    return fresh
  }

  /** What a node says of a message from a peer: the verdict, and the reason of a refusal. */
  async judge(node: GossipTestNode, kind: TopicKind, data: Uint8Array, subnet = 0): Promise<string> {
    let reason = ''
    const listener = ({ refusal }: { refusal: { reason: string } }) => {
      reason = `: ${refusal.reason}`
    }
    node.gossip.events.on('refuse', listener)
    const topic = GossipTopics.of(this.nodes.protocol.config).topic(kind, 1, subnet).name
    const verdict = await node.gossip.handle({ topic, data, id: '' }, 'peer')
    node.gossip.events.off('refuse', listener)
    return `${verdict}${reason}`
  }

  /** A new node refuses the message in these words, and is as it was before. */
  async expectRefused(kind: TopicKind, data: Uint8Array, expected: string, subnet = 0): Promise<void> {
    const node = await this.newNode()
    const before = stateOf(node)
    expect(await this.judge(node, kind, data, subnet)).toBe(expected)
    expect(stateOf(node)).toEqual(before)
    expect(this.nodes.defects).toEqual([])
  }
}

/** All that a message could have changed. */
function stateOf({ chain, pools }: GossipTestNode) {
  return {
    head: chain.head.root,
    forkChoice: chain.forkChoice.dump(),
    votes: Array.from({ length: 64 }, (_, index) => chain.forkChoice.getLatestMessage(index)),
    pools: [pools.attestations.size, pools.operations.size, pools.syncCommittee.size],
  }
}
