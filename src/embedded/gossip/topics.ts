import type { BeaconConfig } from '@lodestar/config'
import { ATTESTATION_SUBNET_COUNT, ForkName, SYNC_COMMITTEE_SUBNET_COUNT } from '@lodestar/params'
import type { Fork } from '../protocol/signed-block.ts'

/** Topics that every node takes part in, by their names in p2p-interface.md of phase0, altair and capella. */
export const globalTopicKinds = [
  'beacon_block',
  'beacon_aggregate_and_proof',
  'voluntary_exit',
  'proposer_slashing',
  'attester_slashing',
  'sync_committee_contribution_and_proof',
  'bls_to_execution_change',
] as const

/** Families of topics with one topic a subnet; the name goes on with `_{subnet_id}`. */
const subnetCounts = {
  beacon_attestation: ATTESTATION_SUBNET_COUNT,
  sync_committee: SYNC_COMMITTEE_SUBNET_COUNT,
} as const

export type TopicKind = (typeof globalTopicKinds)[number] | keyof typeof subnetCounts

export interface Topic<Kind extends TopicKind = TopicKind> {
  /** Full name: `/eth2/<fork digest>/<name>/ssz_snappy`. */
  readonly name: string
  readonly kind: Kind
  /** Of a global topic 0. */
  readonly subnet: number
  /** Decides the type of its messages. */
  readonly fork: Fork
  /** First epoch of its fork digest. */
  readonly epoch: number
}

/** All topics of one fork digest. */
export interface ForkTopics {
  /** First epoch of the digest. */
  readonly epoch: number
  readonly fork: Fork
  readonly digest: Uint8Array
  /** Lower-case hexadecimal, without a prefix. */
  readonly digestHex: string
  readonly topics: readonly Topic[]
}

/** From here on nodes know the first fork of this project; what is older has no topics. */
const supportedForks: ReadonlySet<string> = new Set([ForkName.deneb, ForkName.electra, ForkName.fulu])

/**
 * The names of a network's topics. There are some 80 for each fork digest, and every message carries one, so
 * they are made once, for all nodes.
 *
 * A digest stands for a fork, and from Fulu on also for the blob parameters in force (EIP-7892): a fork that
 * changes these alone has topics of its own as well.
 */
export class GossipTopics {
  static readonly #ofConfig = new WeakMap<BeaconConfig, GossipTopics>()

  /** Oldest first. */
  readonly forks: readonly ForkTopics[]
  readonly #byName = new Map<string, Topic>()
  readonly #byDigest = new Map<string, ForkTopics>()

  static of(config: BeaconConfig): GossipTopics {
    const known = GossipTopics.#ofConfig.get(config)
    if (known !== undefined) return known
    const topics = new GossipTopics(config)
    GossipTopics.#ofConfig.set(config, topics)
    return topics
  }

  private constructor(config: BeaconConfig) {
    this.forks = forkTopics(config)
    for (const fork of this.forks) {
      this.#byDigest.set(fork.digestHex, fork)
      for (const topic of fork.topics) this.#byName.set(topic.name, topic)
    }
  }

  /** The topic of that full name; undefined for one that this network does not have. */
  find(name: string): Topic | undefined {
    return this.#byName.get(name)
  }

  /** The digest that is in force in this epoch. Epochs before genesis are taken for the first. */
  at(epoch: number): ForkTopics {
    const current = this.forks.findLast((fork) => fork.epoch <= Math.max(0, epoch))
    if (current === undefined) throw new RangeError(`No fork is known at epoch ${epoch}.`)
    return current
  }

  /** By a digest of 4 bytes, as in the context of a response chunk. */
  byDigest(digest: Uint8Array): ForkTopics | undefined {
    return this.#byDigest.get(Buffer.from(digest).toString('hex'))
  }

  /** @throws RangeError for a subnet that does not exist */
  topic<Kind extends TopicKind>(kind: Kind, epoch: number, subnet = 0): Topic<Kind> {
    const name = topicName(this.at(epoch).digestHex, kind, subnet)
    const topic = this.#byName.get(name)
    if (topic === undefined) throw new RangeError(`There is no topic ${name}.`)
    return topic as Topic<Kind>
  }
}

function forkTopics(config: BeaconConfig): ForkTopics[] {
  const boundaries = config.forkBoundariesAscendingEpochOrder
  return boundaries.flatMap((boundary, index) => {
    const { epoch, fork } = boundary
    // Of boundaries at one epoch only the last counts.
    if (boundaries[index + 1]?.epoch === epoch || !supportedForks.has(fork)) return []
    const digest = config.forkBoundary2ForkDigest(boundary)
    const digestHex = Buffer.from(digest).toString('hex')
    const family = { epoch, fork: fork as Fork, digest, digestHex }
    return [{ ...family, topics: topicsOf(family) }]
  })
}

function topicsOf({ epoch, fork, digestHex }: Omit<ForkTopics, 'topics'>): Topic[] {
  const make = (kind: TopicKind, subnet: number): Topic => ({
    name: topicName(digestHex, kind, subnet),
    kind,
    subnet,
    fork,
    epoch,
  })
  const subnets = Object.entries(subnetCounts) as [keyof typeof subnetCounts, number][]
  return [
    ...globalTopicKinds.map((kind) => make(kind, 0)),
    ...subnets.flatMap(([kind, count]) => Array.from({ length: count }, (_, subnet) => make(kind, subnet))),
  ]
}

function topicName(digestHex: string, kind: TopicKind, subnet: number): string {
  const name = kind in subnetCounts ? `${kind}_${subnet}` : kind
  return `/eth2/${digestHex}/${name}/ssz_snappy`
}

/** `compute_subnet_for_attestation` (phase0/validator.md). */
export function subnetForAttestation(parameters: {
  readonly committeesPerSlot: number
  readonly slot: number
  readonly committeeIndex: number
  readonly slotsPerEpoch: number
}): number {
  const { committeesPerSlot, slot, committeeIndex, slotsPerEpoch } = parameters
  const committeesSinceEpochStart = committeesPerSlot * (slot % slotsPerEpoch)
  return (committeesSinceEpochStart + committeeIndex) % ATTESTATION_SUBNET_COUNT
}
