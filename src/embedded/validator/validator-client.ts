import type { EventEmitter } from 'node:events'
import type { BeaconConfig } from '@lodestar/config'
import type { ChainEvents } from '../chain/chain-events.ts'
import type { Clock, Timer } from '../clock/clock.ts'
import type { SlotTime } from '../clock/slot-time.ts'
import { AttestationDuty } from './attestation-duty.ts'
import { Conducts } from './conducts.ts'
import type { DutiesApi } from './duties-api.ts'
import type { DutyContext } from './duty-context.ts'
import { type DutyCount, type DutyFailure, type DutyKind, DutyReport } from './duty-report.ts'
import { DutyRoster } from './duty-roster.ts'
import { DutyMissedError } from './errors.ts'
import { ProposalDuty } from './proposal-duty.ts'
import type { Signer } from './signer.ts'
import { SyncCommitteeDuty } from './sync-committee-duty.ts'

export interface ValidatorClientParameters {
  readonly api: DutiesApi
  /** The chain's: a block that becomes the head lets validators attest early. */
  readonly events: EventEmitter<ChainEvents>
  readonly signer: Signer
  readonly config: BeaconConfig
  readonly clock: Clock
  readonly time: SlotTime
  /** Address that receives the fees of the node's blocks, 20 bytes. */
  readonly feeRecipient: Uint8Array
  /** @default 'eth-localnet' */
  readonly graffiti?: string
  /** Whether validators vote once the slot's block is the head, and not only at the due time. @default true */
  readonly votesEarly?: boolean
  /** Told of each duty that was not done, or not by all. Must not throw. */
  readonly onDutyFailure?: (failure: DutyFailure) => void
}

/**
 * From the moment the slot's block is the head to attesting, in 1/10,000 of a slot: other nodes have the block
 * by then, and need not keep attestations waiting for it.
 */
const settleBps = 250

/** Grid of the moments of early votes, in 1/10,000 of a slot. */
const votingGridBps = 500

/** Time over which a committee's aggregators take turns, from the due time on, in 1/10,000 of a slot. */
const turnsBps = 1000

/** Attesting and signing for the sync committee, whose time the slot's block may still set. */
interface PendingVote {
  readonly slot: number
  readonly dueMs: number
  readonly timer: Timer
  readonly vote: () => Promise<void>
}

/** A message that this node makes for a committee, when its turn comes. */
interface Turn {
  readonly moment: number
}

/**
 * A node's validators: they do the duties of the specification's validator.md (phase0 to fulu), each at its
 * time within the slot. A duty that fails is reported, and the others go on.
 */
export class ValidatorClient {
  /** Empty where all are honest. */
  readonly conducts = new Conducts()
  readonly #parameters: ValidatorClientParameters
  readonly #report: DutyReport
  readonly #roster: DutyRoster
  readonly #proposals: ProposalDuty
  readonly #attestations: AttestationDuty
  readonly #syncCommittee: SyncCommitteeDuty
  readonly #timers = new Set<Timer>()
  #pendingVotes: PendingVote[] = []
  #isRunning = false

  constructor(parameters: ValidatorClientParameters) {
    const { api, config, signer, graffiti = 'eth-localnet', onDutyFailure = () => {} } = parameters
    this.#parameters = parameters
    this.#report = new DutyReport(onDutyFailure)
    this.#roster = new DutyRoster(api, signer.validatorIndices)
    const context: DutyContext = {
      api,
      config,
      signer,
      roster: this.#roster,
      report: this.#report,
      conducts: this.conducts,
      isRunning: () => this.#isRunning,
    }
    this.#proposals = new ProposalDuty(context, graffiti)
    this.#attestations = new AttestationDuty(context)
    this.#syncCommittee = new SyncCommitteeDuty(context)
  }

  /** Messages by duty, since it was made. */
  get counts(): Readonly<Record<DutyKind, DutyCount>> {
    return this.#report.counts
  }

  /** Begins with the next slot, or with this one at its very start. */
  start(): void {
    const { clock, events, signer, time } = this.#parameters
    if (this.#isRunning || signer.validatorIndices.length === 0) return
    this.#isRunning = true
    events.on('head', this.#onHead)
    const slot = time.slotAt(clock.nowMs)
    const first = time.startOfSlotMs(slot) === clock.nowMs ? slot : slot + 1
    this.#awaitSlot(Math.max(0, first))
    this.#later(clock.nowMs, () => this.#prepare(slot))
  }

  /** Nothing new is begun from now on. It may be started again. */
  stop(): void {
    this.#isRunning = false
    this.#parameters.events.off('head', this.#onHead)
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#pendingVotes = []
  }

  #awaitSlot(slot: number): void {
    this.#later(this.#parameters.time.startOfSlotMs(slot), () => this.#onSlot(slot))
  }

  async #onSlot(awaited: number): Promise<void> {
    const { clock, time } = this.#parameters
    const slot = time.slotAt(clock.nowMs)
    this.#awaitSlot(slot + 1)
    if (slot !== awaited) this.#missed('schedule', awaited)
    this.#planVotes(slot)
    this.#planTurns(slot)
    if (slot % time.slotsPerEpoch === 0) await this.#prepare(slot)
    await this.#propose(slot)
  }

  /** Registers the fee recipient: at the start, and in each epoch (bellatrix/validator.md). */
  async #prepare(slot: number): Promise<void> {
    const { api, feeRecipient, signer } = this.#parameters
    await this.#report.attempt('schedule', slot, signer.validatorIndices, async () =>
      api.prepareProposer(
        signer.validatorIndices.map((validatorIndex) => ({ validatorIndex, feeRecipient })),
      ),
    )
  }

  async #propose(slot: number): Promise<void> {
    // The genesis block is the block of slot 0.
    if (slot === 0) return
    await this.#report.attempt('schedule', slot, [], async () => {
      const proposer = await this.#roster.proposer(slot)
      if (proposer === undefined || !this.#isRunning) return
      const { clock, config, time } = this.#parameters
      // A block that comes after the attestations gets no votes, and may be re-orged.
      const isTooLate = clock.nowMs >= time.dueInSlotMs(slot, config.ATTESTATION_DUE_BPS)
      if (isTooLate) this.#missed('proposal', slot, [proposer])
      else await this.#proposals.propose(slot, proposer)
    })
  }

  #planVotes(slot: number): void {
    const { config, time } = this.#parameters
    // What is left of an earlier slot has its timer still, and will be reported as missed.
    this.#pendingVotes = []
    const plan = (basisPoints: number, vote: () => Promise<void>) => {
      const dueMs = time.dueInSlotMs(slot, basisPoints)
      this.#pendingVotes.push({ slot, dueMs, vote, timer: this.#later(dueMs, vote) })
    }
    plan(config.ATTESTATION_DUE_BPS, () =>
      this.#inSlot('attestation', slot, () => this.#attestations.attest(slot)),
    )
    plan(config.SYNC_MESSAGE_DUE_BPS, () =>
      this.#inSlot('sync-message', slot, () => this.#syncCommittee.sign(slot)),
    )
  }

  /**
   * "As soon as" the slot's block "has been received", or else at the due time (phase0/validator.md,
   * "Attesting"; altair/validator.md, "Sync committee messages"). The block becomes the head, or it would
   * not be voted for.
   */
  readonly #onHead = (event: ChainEvents['head'][0]): void => {
    this.#roster.onHead(event)
    const { clock, votesEarly = true } = this.#parameters
    if (!votesEarly) return
    const settledMs = this.#votingMoment(clock.nowMs)
    for (const { slot, dueMs, timer, vote } of this.#pendingVotes) {
      if (slot !== event.head.slot || settledMs >= dueMs || !this.#timers.delete(timer)) continue
      timer.cancel()
      this.#later(settledMs, vote)
    }
    this.#pendingVotes = this.#pendingVotes.filter(({ slot }) => slot !== event.head.slot)
  }

  /**
   * The first moment of the grid by which other nodes have the block as well. Nodes that hear of it within some
   * milliseconds vote at one moment, so that all their signatures can be verified in one batch.
   */
  #votingMoment(nowMs: number): number {
    const { time } = this.#parameters
    const stepMs = (votingGridBps * time.slotDurationMs) / 10_000
    const settleMs = (settleBps * time.slotDurationMs) / 10_000
    const startMs = time.startOfSlotMs(time.slotAt(nowMs))
    return startMs + Math.floor(Math.ceil((nowMs - startMs + settleMs) / stepMs) * stepMs)
  }

  #planTurns(slot: number): void {
    const { config, time } = this.#parameters
    const aggregateMs = time.dueInSlotMs(slot, config.AGGREGATE_DUE_BPS)
    this.#later(aggregateMs, () =>
      this.#inSlot('aggregate', slot, async () => {
        const turns = await this.#attestations.turns(slot)
        await this.#takeTurns(aggregateMs, turns, (turn) => this.#attestations.aggregate(slot, turn))
      }),
    )
    const contributionMs = time.dueInSlotMs(slot, config.CONTRIBUTION_DUE_BPS)
    this.#later(contributionMs, () =>
      this.#inSlot('contribution', slot, async () => {
        const turns = await this.#syncCommittee.turns(slot)
        await this.#takeTurns(contributionMs, turns, (turn) => this.#syncCommittee.contribute(slot, turn))
      }),
    )
  }

  async #takeTurns<Kind extends Turn>(
    dueMs: number,
    turns: readonly Kind[],
    take: (turn: Kind) => Promise<void>,
  ): Promise<void> {
    const durationMs = (turnsBps * this.#parameters.time.slotDurationMs) / 10_000
    const atOnce: Promise<void>[] = []
    for (const turn of turns) {
      const delayMs = Math.floor(turn.moment * durationMs)
      if (delayMs === 0) atOnce.push(take(turn))
      else this.#later(dueMs + delayMs, () => take(turn))
    }
    await Promise.all(atOnce)
  }

  /** Does a duty, unless its slot is over. What it does not report itself is a failure of its planning. */
  async #inSlot(duty: DutyKind, slot: number, action: () => Promise<void>): Promise<void> {
    const { clock, time } = this.#parameters
    if (time.slotAt(clock.nowMs) !== slot) this.#missed(duty, slot)
    else await this.#report.attempt('schedule', slot, [], action)
  }

  #missed(duty: DutyKind, slot: number, validatorIndices: readonly number[] = []): void {
    const { clock, time } = this.#parameters
    const currentSlot = time.slotAt(clock.nowMs)
    this.#report.failed(duty, slot, validatorIndices, new DutyMissedError({ slot, currentSlot }))
  }

  #later(timeMs: number, action: () => Promise<void>): Timer {
    const timer = this.#parameters.clock.at(timeMs, () => {
      this.#timers.delete(timer)
      if (this.#isRunning) return action()
    })
    this.#timers.add(timer)
    return timer
  }
}
