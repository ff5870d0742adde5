import { EPOCHS_PER_SYNC_COMMITTEE_PERIOD, SLOTS_PER_EPOCH } from '@lodestar/params'
import type { ChainEvents } from '../chain/chain-events.ts'
import type { AttesterDuty, DutiesApi, SyncDuty } from './duties-api.ts'
import { groupBy } from './group-by.ts'

/** The present epoch and the next one. */
const epochsKept = 2

interface EpochDuties {
  /** By slot, those of our validators. */
  readonly attesters: ReadonlyMap<number, readonly AttesterDuty[]>
  /** By slot, all proposers. */
  readonly proposers: ReadonlyMap<number, number>
}

/**
 * What this node's validators have to do and when. Asked for once an epoch, and again when the blocks on which
 * it depends have changed (Beacon API, `dependent_root`).
 */
export class DutyRoster {
  readonly #api: DutiesApi
  readonly #validatorIndices: readonly number[]
  readonly #epochs = new Map<number, Promise<EpochDuties>>()
  readonly #periods = new Map<number, Promise<readonly SyncDuty[]>>()

  constructor(api: DutiesApi, validatorIndices: readonly number[]) {
    this.#api = api
    this.#validatorIndices = validatorIndices
  }

  async attesters(slot: number): Promise<readonly AttesterDuty[]> {
    return (await this.#epoch(slot)).attesters.get(slot) ?? []
  }

  /** Our validator that proposes in this slot, if it is one of ours. */
  async proposer(slot: number): Promise<number | undefined> {
    const proposer = (await this.#epoch(slot)).proposers.get(slot)
    return proposer !== undefined && this.#validatorIndices.includes(proposer) ? proposer : undefined
  }

  /**
   * Our members of the sync committee whose messages in this slot count: that of the next slot, whose block
   * holds them (altair/validator.md, "Sync committee").
   */
  syncMembers(slot: number): Promise<readonly SyncDuty[]> {
    const epoch = Math.floor((slot + 1) / SLOTS_PER_EPOCH)
    const period = Math.floor(epoch / EPOCHS_PER_SYNC_COMMITTEE_PERIOD)
    return remembered(this.#periods, period, async () => {
      return this.#api.syncDuties(epoch, this.#validatorIndices).duties
    })
  }

  /**
   * Forgets what a new head may have changed. Committees depend on the last block before the epoch before
   * theirs, proposers (until Fulu) on the last block before their epoch: these change in a re-org, or when a
   * block of an earlier epoch comes only now.
   */
  onHead({ head, reorg }: ChainEvents['head'][0]): void {
    const epoch = Math.max(...this.#epochs.keys())
    if (reorg === undefined && head.slot >= epoch * SLOTS_PER_EPOCH) return
    this.#epochs.clear()
    if (reorg !== undefined) this.#periods.clear()
  }

  #epoch(slot: number): Promise<EpochDuties> {
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
    return remembered(this.#epochs, epoch, async () => {
      const attesters = this.#api.attesterDuties(epoch, this.#validatorIndices)
      const proposers = this.#api.proposerDuties(epoch)
      return {
        attesters: groupBy(attesters.duties, (duty) => duty.slot),
        proposers: new Map(proposers.duties.map((duty) => [duty.slot, duty.validatorIndex])),
      }
    })
  }
}

/** Makes a value once. One that could not be made is tried again by the next who asks. */
function remembered<Value>(
  memory: Map<number, Promise<Value>>,
  key: number,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = memory.get(key)
  if (known !== undefined) return known
  const made = make()
  memory.set(key, made)
  made.catch(() => {
    if (memory.get(key) === made) memory.delete(key)
  })
  for (const oldest of memory.keys()) {
    if (memory.size <= epochsKept) break
    memory.delete(oldest)
  }
  return made
}
