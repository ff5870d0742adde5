import { MAX_COMMITTEES_PER_SLOT, SLOTS_PER_EPOCH, SYNC_COMMITTEE_SUBNET_COUNT } from '@lodestar/params'
import type {
  Attestation,
  AttesterSlashing,
  altair,
  capella,
  phase0,
  SignedAggregateAndProof,
  SignedBeaconBlock,
  SingleAttestation,
} from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { ChainHead } from '../chain/chain-events.ts'
import type { Root } from '../fork-choice/types.ts'
import type { OperationPools } from '../pools/operation-pools.ts'
import type { Fork } from '../protocol/signed-block.ts'
import { AttestationDataMaker } from './attestation-data.ts'
import type { BlockProducer, BlockRequest, ProducedBlock } from './block-producer.ts'
import type { AttesterDuty, Duties, ProposerDuty, SyncDuty } from './duties.ts'
import { DutyCalendar } from './duty-calendar.ts'
import { ValidatorApiError } from './errors.ts'
import type { FeeRecipients, ProposerRegistration } from './fee-recipients.ts'
import type { BlockBlobs, Publisher } from './publisher.ts'

export interface ValidatorApiParameters {
  readonly chain: BeaconChain
  readonly pools: OperationPools
  readonly producer: BlockProducer
  readonly feeRecipients: FeeRecipients
  readonly publisher: Publisher
  /** Whether the node is behind its peers: its validators then wait. */
  readonly sync: { readonly isSyncing: boolean }
}

/**
 * What validators ask of their beacon node: the validator part of the Beacon API as typed methods. A validator
 * client in the same process calls them; the HTTP server wraps them.
 *
 * While the node is syncing or its head is optimistic, whatever a validator would sign is refused
 * (bellatrix/optimistic-sync.md, "Validator assignments").
 */
export class ValidatorApi {
  readonly #chain: BeaconChain
  readonly #pools: OperationPools
  readonly #producer: BlockProducer
  readonly #feeRecipients: FeeRecipients
  readonly #publisher: Publisher
  readonly #sync: { readonly isSyncing: boolean }
  readonly #calendar: DutyCalendar
  readonly #attestationData: AttestationDataMaker

  constructor({ chain, pools, producer, feeRecipients, publisher, sync }: ValidatorApiParameters) {
    this.#chain = chain
    this.#pools = pools
    this.#producer = producer
    this.#feeRecipients = feeRecipients
    this.#publisher = publisher
    this.#sync = sync
    this.#calendar = new DutyCalendar(chain)
    this.#attestationData = new AttestationDataMaker(chain)
  }

  /** The chain's events: new heads are when duties may have changed. */
  get events(): BeaconChain['events'] {
    return this.#chain.events
  }

  /** @throws ValidatorApiError for an epoch after the next one, or one that is not kept */
  attesterDuties(epoch: number, validatorIndices: readonly number[]): Duties<AttesterDuty> {
    this.#requireInSync()
    return this.#calendar.attesters(epoch, validatorIndices)
  }

  /**
   * Before Fulu those of the next epoch are a forecast: effective balances may still change.
   * @throws ValidatorApiError for an epoch after the next one, or one that is not kept
   */
  proposerDuties(epoch: number): Duties<ProposerDuty> {
    this.#requireInSync()
    return this.#calendar.proposers(epoch)
  }

  /** @throws ValidatorApiError for an epoch after the next sync committee period, or one that is not kept */
  syncDuties(epoch: number, validatorIndices: readonly number[]): Omit<Duties<SyncDuty>, 'dependentRoot'> {
    this.#requireInSync()
    return this.#calendar.syncMembers(epoch, validatorIndices)
  }

  /** Tells which validators propose through this node, and where their fees go. */
  prepareProposer(registrations: readonly ProposerRegistration[]): void {
    for (const registration of registrations) this.#feeRecipients.register(registration)
  }

  /**
   * @throws ValidatorApiError for another slot than the present one
   * @throws BlockProductionError
   * @throws EngineUnavailableError
   */
  async produceBlock(request: BlockRequest): Promise<ProducedBlock> {
    this.#requireStarted(request.slot)
    if (request.slot < this.#chain.currentSlot) throw tooOld(request.slot, this.#chain.currentSlot)
    this.#requireVerifiedHead()
    return this.#producer.produceBlock(request)
  }

  /** @throws ValidatorApiError for a slot to come, or one that no block could hold the attestation of */
  attestationData(slot: number, committeeIndex: number): phase0.AttestationData {
    requireIndex('committee', committeeIndex, MAX_COMMITTEES_PER_SLOT)
    this.#requireStarted(slot)
    const { currentSlot } = this.#chain
    if (epochOf(slot) + 1 < epochOf(currentSlot)) throw tooOld(slot, currentSlot)
    return this.#attestationData.at(slot, committeeIndex, this.#requireVerifiedHead())
  }

  /** The widest aggregate of a committee's attestations; undefined when none of them is known. */
  aggregate(slot: number, dataRoot: Root, committeeIndex: number): Attestation<Fork> | undefined {
    return this.#pools.attestations.aggregate(slot, dataRoot, committeeIndex)
  }

  /** Whether a received aggregate has all that one made here could have: peers would ignore ours. */
  isAggregated(slot: number, dataRoot: Root, committeeIndex: number): boolean {
    return this.#pools.attestations.isAggregated(slot, dataRoot, committeeIndex)
  }

  /**
   * The widest contribution of a subcommittee; undefined when none of its messages is known.
   * @throws ValidatorApiError for an unknown block
   */
  syncContribution(
    slot: number,
    subcommitteeIndex: number,
    blockRoot: Root,
  ): altair.SyncCommitteeContribution | undefined {
    requireIndex('subcommittee', subcommitteeIndex, SYNC_COMMITTEE_SUBNET_COUNT)
    const block = this.#chain.forkChoice.getBlock(blockRoot)
    if (block === undefined) {
      throw new ValidatorApiError({
        reason: 'unknown-block',
        message: `Block ${blockRoot} is not known.`,
        hint: 'Ask for the head first, and again when it moves.',
        facts: { blockRoot },
      })
    }
    if (block.executionStatus === 'optimistic') throw notSynced(`Block ${blockRoot} is optimistic.`)
    return this.#pools.syncCommittee.contribution(slot, subcommitteeIndex, fromHex(blockRoot), blockRoot)
  }

  /** Whether a received contribution has all that one made here could have: peers would ignore ours. */
  isSyncAggregated(slot: number, subcommitteeIndex: number, blockRoot: Root): boolean {
    return this.#pools.syncCommittee.isAggregated(slot, subcommitteeIndex, blockRoot)
  }

  /**
   * The block that sync committee members sign: the head.
   * @throws ValidatorApiError when it is not verified
   */
  syncMessageRoot(): Root {
    return this.#requireVerifiedHead().root
  }

  /** @throws PublishError @throws BlockImportError */
  publishBlock(block: SignedBeaconBlock<Fork>, blobs?: BlockBlobs): Promise<void> {
    return this.#publisher.publishBlock(this.#chain.protocol.signedBlock(block), blobs)
  }

  /** @throws PublishError */
  submitAttestations(attestations: readonly SingleAttestation<Fork>[]): Promise<void> {
    return this.#publisher.publishAttestations(attestations)
  }

  /** @throws PublishError */
  submitAggregates(aggregates: readonly SignedAggregateAndProof<Fork>[]): Promise<void> {
    return this.#publisher.publishAggregates(aggregates)
  }

  /** @throws PublishError */
  submitSyncMessages(messages: readonly altair.SyncCommitteeMessage[]): Promise<void> {
    return this.#publisher.publishSyncMessages(messages)
  }

  /** @throws PublishError */
  submitContributions(contributions: readonly altair.SignedContributionAndProof[]): Promise<void> {
    return this.#publisher.publishContributions(contributions)
  }

  /** @throws PublishError */
  submitVoluntaryExit(exit: phase0.SignedVoluntaryExit): Promise<void> {
    return this.#publisher.publishVoluntaryExit(exit)
  }

  /** @throws PublishError */
  submitBlsChange(change: capella.SignedBLSToExecutionChange): Promise<void> {
    return this.#publisher.publishBlsChange(change)
  }

  /** @throws PublishError */
  submitProposerSlashing(slashing: phase0.ProposerSlashing): Promise<void> {
    return this.#publisher.publishProposerSlashing(slashing)
  }

  /** @throws PublishError */
  submitAttesterSlashing(slashing: AttesterSlashing<Fork>): Promise<void> {
    return this.#publisher.publishAttesterSlashing(slashing)
  }

  #requireInSync(): void {
    if (this.#sync.isSyncing) throw notSynced('The node is behind its peers.')
  }

  #requireVerifiedHead(): ChainHead {
    this.#requireInSync()
    const head = this.#chain.updateHead()
    if (head.isOptimistic) throw notSynced(`The head ${head.root} is optimistic.`)
    return head
  }

  #requireStarted(slot: number): void {
    const { currentSlot } = this.#chain
    if (slot <= currentSlot) return
    throw new ValidatorApiError({
      reason: 'too-far-in-future',
      message: `Slot ${slot} has not begun: it is slot ${currentSlot}.`,
      hint: 'Wait for it. If it has begun elsewhere, the clocks differ.',
      facts: { slot, currentSlot },
    })
  }
}

function requireIndex(what: string, index: number, limit: number): void {
  if (Number.isInteger(index) && index >= 0 && index < limit) return
  throw new ValidatorApiError({
    reason: 'bad-index',
    message: `There is no ${what} ${index}.`,
    hint: `Give a whole number below ${limit}.`,
    facts: { index, limit },
  })
}

function tooOld(slot: number, currentSlot: number): ValidatorApiError {
  return new ValidatorApiError({
    reason: 'too-old',
    message: `Slot ${slot} is too old: it is slot ${currentSlot}.`,
    hint: 'Do the duties of a slot while it lasts.',
    facts: { slot, currentSlot },
  })
}

function notSynced(message: string): ValidatorApiError {
  return new ValidatorApiError({
    reason: 'not-synced',
    message,
    hint: 'Its validators wait until it has caught up and its execution client has verified the head.',
  })
}

function epochOf(slot: number): number {
  return Math.floor(slot / SLOTS_PER_EPOCH)
}
