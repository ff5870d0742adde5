import {
  type AttesterSlashing,
  type altair,
  type capella,
  type phase0,
  type SignedAggregateAndProof,
  type SingleAttestation,
  ssz,
} from '@lodestar/types'
import type { Clock } from '../clock/clock.ts'
import { type BlockBlobs, PublishError, type PublishFailure } from '../production/publisher.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'
import { decodeAggregate, encodeAggregate } from './aggregate-message.ts'
import { decodeAttestation, encodeAttestation } from './attestation-message.ts'
import type { GossipNode } from './gossip-node.ts'
import { subnetOfAttestation } from './rules/beacon-attestation.ts'
import { toBlsChange } from './rules/bls-change.ts'
import type { SharedGossip, SharedMessage } from './shared-messages.ts'
import { ContributionMessage, SyncCommitteeMessage, subnetsOf } from './sync-committee-message.ts'
import type { TopicContents } from './topic-rules.ts'
import type { GossipTopics, Topic, TopicKind } from './topics.ts'
import type { Refusal } from './verdicts.ts'

export interface OwnMessagesOptions {
  /** Judges; leaves the import of blocks to `publishBlock`. */
  readonly node: GossipNode
  readonly topics: GossipTopics
  readonly shared: SharedGossip
  readonly clock: Clock
  readonly judge: <Kind extends TopicKind>(
    topic: Topic<Kind>,
    message: SharedMessage<TopicContents[Kind]>,
    node: GossipNode,
  ) => Refusal | undefined | Promise<Refusal | undefined>
  readonly send: (topic: Topic, data: Uint8Array) => void
}

/** A message on its way to a topic. */
interface Outgoing<Kind extends TopicKind = TopicKind> {
  readonly topic: Topic<Kind>
  readonly data: Uint8Array
  readonly content: TopicContents[Kind]
}

/**
 * This node's own messages: judged like anybody's, then sent. Their receivers in this process take over what
 * was decoded and verified here, as they get the very same bytes.
 */
export class OwnMessages {
  readonly #options: OwnMessagesOptions

  constructor(options: OwnMessagesOptions) {
    this.#options = options
  }

  /**
   * Resolves when the block has been sent and imported. Its blobs are left out: they have gone between the
   * execution clients already, with their transactions, which is where nodes take them from (deneb
   * p2p-interface.md, "Blob retrieval via local execution-layer client").
   *
   * @throws {PublishError} when the block was not sent
   * @throws {BlockImportError} when it was sent, and could not be imported here
   */
  async publishBlock(block: SignedBlock, _blobs?: BlockBlobs): Promise<void> {
    const topic = this.#topic('beacon_block', this.#epochOf(block.slot))
    await this.#publishOne('the block', { topic, data: block.bytes, content: block })
    await this.#options.node.chain.importBlock(block)
  }

  publishAttestations(attestations: readonly SingleAttestation<Fork>[]): Promise<void> {
    const { node, shared } = this.#options
    return this.#publish('the attestations', attestations, (attestation) => {
      const epoch = this.#epochOf(attestation.data.slot)
      const data = encodeAttestation(attestation)
      const content = decodeAttestation(data, this.#fork(epoch), shared)
      // Without a committee there is no subnet; the rules say so in any.
      const subnet = subnetOfAttestation(content, node) ?? 0
      return [{ topic: this.#topic('beacon_attestation', epoch, subnet), data, content }]
    })
  }

  publishAggregates(aggregates: readonly SignedAggregateAndProof<Fork>[]): Promise<void> {
    return this.#publish('the aggregates', aggregates, (aggregate) => {
      const epoch = this.#epochOf(aggregate.message.aggregate.data.slot)
      const data = encodeAggregate(aggregate)
      const content = decodeAggregate(data, this.#fork(epoch), this.#options.shared)
      return [{ topic: this.#topic('beacon_aggregate_and_proof', epoch), data, content }]
    })
  }

  publishSyncMessages(messages: readonly altair.SyncCommitteeMessage[]): Promise<void> {
    return this.#publish('the sync committee messages', messages, (message) => {
      const epoch = this.#epochOf(message.slot)
      const data = ssz.altair.SyncCommitteeMessage.serialize(message)
      const content = new SyncCommitteeMessage(message)
      return subnetsOf(message, this.#options.node).map((subnet) => ({
        topic: this.#topic('sync_committee', epoch, subnet),
        data,
        content,
      }))
    })
  }

  publishContributions(contributions: readonly altair.SignedContributionAndProof[]): Promise<void> {
    return this.#publish('the contributions', contributions, (contribution) => {
      const epoch = this.#epochOf(contribution.message.contribution.slot)
      const data = ssz.altair.SignedContributionAndProof.serialize(contribution)
      const content = new ContributionMessage(contribution)
      return [{ topic: this.#topic('sync_committee_contribution_and_proof', epoch), data, content }]
    })
  }

  publishVoluntaryExit(exit: phase0.SignedVoluntaryExit): Promise<void> {
    const data = ssz.phase0.SignedVoluntaryExit.serialize(exit)
    return this.#publishOne('the voluntary exit', {
      topic: this.#topic('voluntary_exit'),
      data,
      content: exit,
    })
  }

  publishBlsChange(change: capella.SignedBLSToExecutionChange): Promise<void> {
    const data = ssz.capella.SignedBLSToExecutionChange.serialize(change)
    const topic = this.#topic('bls_to_execution_change')
    return this.#publishOne('the change of credentials', { topic, data, content: toBlsChange(change) })
  }

  publishProposerSlashing(slashing: phase0.ProposerSlashing): Promise<void> {
    const data = ssz.phase0.ProposerSlashing.serialize(slashing)
    const topic = this.#topic('proposer_slashing')
    return this.#publishOne('the proposer slashing', { topic, data, content: slashing })
  }

  publishAttesterSlashing(slashing: AttesterSlashing<Fork>): Promise<void> {
    const topic = this.#topic('attester_slashing')
    const { AttesterSlashing } = topic.fork === 'deneb' ? ssz.phase0 : ssz.electra
    const data = AttesterSlashing.serialize(slashing)
    return this.#publishOne('the attester slashing', { topic, data, content: slashing })
  }

  #publishOne<Kind extends TopicKind>(what: string, outgoing: Outgoing<Kind>): Promise<void> {
    return this.#publish(what, [outgoing], (only) => [only as unknown as Outgoing])
  }

  /** All are judged in one go, so that their signatures are verified as one batch. */
  async #publish<Item>(
    what: string,
    items: readonly Item[],
    prepare: (item: Item) => readonly Outgoing[],
  ): Promise<void> {
    const outgoing = items.flatMap((item, index) => prepare(item).map((message) => ({ index, message })))
    const refusals = await Promise.all(outgoing.map(({ message }) => this.#judge(message)))
    const failures: PublishFailure[] = []
    for (const [position, { index, message }] of outgoing.entries()) {
      const refusal = refusals[position]
      if (refusal === undefined) this.#options.send(message.topic, message.data)
      else if (!refusal.isKnown) failures.push({ index, verdict: refusal.verdict, reason: refusal.reason })
    }
    if (failures.length > 0) throw new PublishError(what, failures)
  }

  #judge({ topic, data, content }: Outgoing): Refusal | undefined | Promise<Refusal | undefined> {
    const { judge, node, shared } = this.#options
    return judge(topic, shared.adopt(topic, data, content), node)
  }

  #topic<Kind extends TopicKind>(kind: Kind, epoch = this.#currentEpoch, subnet = 0): Topic<Kind> {
    return this.#options.topics.topic(kind, epoch, subnet)
  }

  #fork(epoch: number): Fork {
    return this.#options.topics.at(epoch).fork
  }

  #epochOf(slot: number): number {
    return this.#options.node.chain.time.epochOf(slot)
  }

  get #currentEpoch(): number {
    const { node, clock } = this.#options
    return this.#epochOf(node.chain.time.slotAt(clock.nowMs))
  }
}
