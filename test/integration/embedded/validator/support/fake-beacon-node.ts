import { EventEmitter } from 'node:events'
import { createBeaconConfig } from '@lodestar/config'
import { SLOTS_PER_EPOCH } from '@lodestar/params'
import { ssz } from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import type { ChainEvents } from '../../../../../src/embedded/chain/chain-events.ts'
import { NodeClock } from '../../../../../src/embedded/clock/node-clock.ts'
import { SlotTime } from '../../../../../src/embedded/clock/slot-time.ts'
import { VirtualClock } from '../../../../../src/embedded/clock/virtual-clock.ts'
import type { AttesterDuty, DutiesApi, SyncDuty } from '../../../../../src/embedded/validator/duties-api.ts'
import type { DutyFailure } from '../../../../../src/embedded/validator/duty-report.ts'
import type { Signer } from '../../../../../src/embedded/validator/signer.ts'
import {
  ValidatorClient,
  type ValidatorClientParameters,
} from '../../../../../src/embedded/validator/validator-client.ts'
import { makeChainConfig } from '../../../../../src/genesis/chain-config.ts'
import type { Manifest } from '../../../../../src/plan/manifest.ts'
import { testGenesisTime } from '../../support/test-manifest.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

const signature = new Uint8Array(96).fill(0xaa)
const root = `0x${'0b'.repeat(32)}`

export interface FakeDuties {
  readonly attesters?: readonly Partial<AttesterDuty>[]
  /** Validator by slot. */
  readonly proposers?: Readonly<Record<number, number>>
  readonly syncMembers?: readonly Partial<SyncDuty>[]
}

/** A beacon node that only notes when it is asked what, `<ms since genesis> <question>`. */
export class FakeBeaconNode {
  readonly log: string[] = []
  readonly failures: DutyFailure[] = []
  readonly defects: unknown[] = []
  readonly events = new EventEmitter<ChainEvents>()
  readonly time: SlotTime
  readonly clock: VirtualClock
  readonly nodeClock: NodeClock
  readonly api: DutiesApi
  readonly client: ValidatorClient
  readonly #duties: FakeDuties

  constructor(parameters: {
    manifest: Manifest
    duties: FakeDuties
    api?: Partial<DutiesApi>
    signer?: Partial<Signer>
    client?: Partial<ValidatorClientParameters>
    /** @default shortly before genesis */
    startMs?: number
  }) {
    const { manifest, duties } = parameters
    const onError = (error: unknown) => void this.defects.push(error)
    this.#duties = duties
    this.time = new SlotTime({ genesisTimeMs: testGenesisTime * 1000, ...manifest.chain })
    this.clock = new VirtualClock({ startMs: this.time.genesisTimeMs + (parameters.startMs ?? -10), onError })
    this.nodeClock = new NodeClock({ clock: this.clock, onError })
    this.api = { ...this.#fakeApi(), ...parameters.api }
    this.client = new ValidatorClient({
      api: this.api,
      events: this.events,
      signer: { ...this.#fakeSigner(), ...parameters.signer },
      config: createBeaconConfig(makeChainConfig(manifest, testGenesisTime), new Uint8Array(32)),
      clock: this.nodeClock,
      time: this.time,
      feeRecipient: new Uint8Array(20),
      onDutyFailure: (failure) => this.failures.push(failure),
      ...parameters.client,
    })
  }

  /** Lets the client run up to a moment, and returns what it did since the last time. */
  async runTo(msSinceGenesis: number): Promise<string[]> {
    await this.clock.advanceTo(this.time.genesisTimeMs + msSinceGenesis)
    return this.log.splice(0)
  }

  /** A block becomes the head. */
  emitHead(slot: number, { isReorg = false } = {}): void {
    const head = { slot } as ChainEvents['head'][0]['head']
    const reorg = isReorg ? { reorg: { depth: 1, commonAncestor: root } } : {}
    this.events.emit('head', { head, previous: head, isEpochTransition: false, ...reorg })
  }

  note(what: string): void {
    this.log.push(`${this.clock.nowMs - this.time.genesisTimeMs} ${what}`)
  }

  #fakeApi(): DutiesApi {
    const { attesters = [], proposers = {}, syncMembers = [] } = this.#duties
    const dependentRoot = root
    const answer = { dependentRoot, executionOptimistic: false }
    const pubkey = new Uint8Array(48)
    return {
      attesterDuties: (epoch) => {
        this.note(`attester duties of epoch ${epoch}`)
        const defaults = { pubkey, validatorIndex: 0, slot: epoch * SLOTS_PER_EPOCH, committeesAtSlot: 2 }
        const places = { committeeIndex: 0, committeeLength: 4, validatorCommitteeIndex: 0 }
        return { ...answer, duties: attesters.map((duty) => ({ ...defaults, ...places, ...duty })) }
      },
      proposerDuties: (epoch) => {
        this.note(`proposer duties of epoch ${epoch}`)
        const duties = Object.entries(proposers).map(([slot, validatorIndex]) => ({
          pubkey,
          slot: Number(slot),
          validatorIndex,
        }))
        return { ...answer, duties }
      },
      syncDuties: (epoch) => {
        this.note(`sync duties at epoch ${epoch}`)
        const defaults = { pubkey, validatorIndex: 0, validatorSyncCommitteeIndices: [] }
        return { ...answer, duties: syncMembers.map((duty) => ({ ...defaults, ...duty })) }
      },
      prepareProposer: (registrations) => this.note(`prepare ${registrations.length}`),
      produceBlock: async ({ slot }) => {
        this.note(`produce ${slot}`)
        const block = { ...ssz.electra.BeaconBlock.defaultValue(), slot, proposerIndex: proposers[slot] ?? 0 }
        return { block, root: fromHex(root), blobs: { kzgProofs: [], blobs: [] } } as never
      },
      attestationData: (slot) => {
        this.note('attestation data')
        return { ...ssz.phase0.AttestationData.defaultValue(), slot }
      },
      syncMessageRoot: () => root,
      aggregate: (slot) => {
        const attestation = ssz.electra.Attestation.defaultValue()
        return { ...attestation, data: { ...attestation.data, slot } }
      },
      isAggregated: () => false,
      syncContribution: (slot, subcommitteeIndex) => ({
        ...ssz.altair.SyncCommitteeContribution.defaultValue(),
        slot,
        subcommitteeIndex,
      }),
      isSyncAggregated: () => false,
      publishBlock: async ({ message }) => this.note(`block ${message.slot}`),
      submitAttestations: async (attestations) => {
        const indices = attestations.map((one) => ('attesterIndex' in one ? one.attesterIndex : '?'))
        this.note(`attestations of ${indices.join(', ')}`)
      },
      submitAggregates: async (aggregates) => {
        this.note(`aggregate of ${aggregates.map(({ message }) => message.aggregatorIndex).join(', ')}`)
      },
      submitSyncMessages: async (messages) => {
        this.note(`sync messages of ${messages.map(({ validatorIndex }) => validatorIndex).join(', ')}`)
      },
      submitContributions: async (contributions) => {
        for (const { message } of contributions) {
          this.note(`contribution ${message.contribution.subcommitteeIndex} of ${message.aggregatorIndex}`)
        }
      },
    }
  }

  #fakeSigner(): Signer {
    return {
      validatorIndices: [0, 1, 2],
      signRandaoReveal: () => signature,
      signBlock: (message) => ({ message, signature }) as ReturnType<Signer['signBlock']>,
      signAttestation: (validatorIndices) => ({
        signed: validatorIndices.map((validatorIndex) => ({ validatorIndex, signature })),
        refused: [],
      }),
      signSelectionProof: () => signature,
      signAggregate: (message) => ({ message, signature }) as ReturnType<Signer['signAggregate']>,
      signSyncMessages: (validatorIndices, slot, beaconBlockRoot) =>
        validatorIndices.map((validatorIndex) => ({ slot, beaconBlockRoot, validatorIndex, signature })),
      signSyncSelectionProof: () => signature,
      signContribution: (message) => ({ message, signature }),
    }
  }
}
