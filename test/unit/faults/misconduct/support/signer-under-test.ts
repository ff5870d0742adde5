import { BeaconApi } from '../../../../../src/apis/beacon-api.ts'
import { ApiError } from '../../../../../src/apis/http-json.ts'
import { SignerOrders } from '../../../../../src/faults/misbehaviour/signer/signer-orders.ts'
import type { SignerDuty, SignerTools } from '../../../../../src/faults/misbehaviour/signer/signer-tools.ts'
import type { AttestationData } from '../../../../../src/faults/misbehaviour/signing-roots.ts'
import { SlotClock } from '../../../../../src/network/slot-clock.ts'
import type { ForkSchedule } from '../../../../../src/plan/manifest.ts'

/** What was handed in at a node. */
export interface Submission {
  readonly node: string
  readonly path: string
  readonly body: unknown
  readonly version: string | undefined
}

const domains = {
  previousVersion: '0x00000000',
  currentVersion: '0x00000000',
  epoch: 0,
  genesisValidatorsRoot: `0x${'00'.repeat(32)}`,
}

/** The root of the block of a slot. */
export const rootOf = (slot: number) => `0x${slot.toString(16).padStart(2, '0').repeat(32)}`

/** Tells what it was asked to sign. */
const signer: SignerDuty['signer'] = {
  signHeader: ({ slot }) => `header ${slot}`,
  signAttestation: ({ beaconBlockRoot }) => `vote ${beaconBlockRoot.slice(2, 4)}`,
  signRandao: (epoch) => `randao ${epoch}`,
}

/**
 * Orders of a signer whose validators 1 and 2 are on node `own`, in a chain of 8 slots of 1 s an epoch that
 * has a block in every slot but those missed. Time goes by as it is waited for.
 */
export class SignerUnderTest {
  readonly submissions: Submission[] = []
  readonly orders: SignerOrders
  readonly time = {
    nowMs: 0,
    pollsPerSlot: 1,
    until: async (timeMs: number) => {
      this.time.nowMs = Math.max(this.time.nowMs, timeMs)
    },
  }
  readonly #missed: readonly number[]

  constructor({ forks = { electra: 0 }, missed = [] as readonly number[] }: SignerUnderTestOptions = {}) {
    this.#missed = missed
    const clock = new SlotClock({ genesisTime: 0, slotDurationMs: 1000, slotsPerEpoch: 8 }, this.time)
    const [own, other] = [this.#api('own'), this.#api('other')]
    const tools: SignerTools = {
      clock,
      forks,
      own: () => own,
      elsewhere: () => other,
      everywhere: () => [own, other],
      signal: new AbortController().signal,
      log: { info: () => {}, error: () => {} },
    }
    this.orders = new SignerOrders(tools)
  }

  block(slot: number, validator = 1): Promise<boolean> {
    return this.orders.allow(validator, { kind: 'block', slot, domains }, () => signer)
  }

  /** A vote for the last block at its slot. */
  vote(slot: number, { validator = 1, sourceEpoch = 0 } = {}): Promise<boolean> {
    const data = this.data(slot, sourceEpoch)
    return this.orders.allow(validator, { kind: 'vote', slot, domains, data }, () => signer)
  }

  other(validator = 1): Promise<boolean> {
    return this.orders.allow(validator, undefined, () => signer)
  }

  data(slot: number, sourceEpoch: number): AttestationData {
    const epoch = Math.floor(slot / 8)
    const source = { epoch: sourceEpoch, root: rootOf(this.#lastAt(sourceEpoch * 8)) }
    const target = { epoch, root: rootOf(this.#lastAt(epoch * 8)) }
    return { slot, index: 0, beaconBlockRoot: rootOf(this.#lastAt(slot)), source, target }
  }

  #lastAt(slot: number): number {
    return this.#missed.includes(slot) ? this.#lastAt(slot - 1) : slot
  }

  #api(node: string): BeaconApi {
    return new BeaconApi(`http://${node}`, async (url, init) => {
      const path = url.slice(`http://${node}`.length)
      const header = path.match(/^\/eth\/v1\/beacon\/headers\/(\w+)$/)?.[1]
      if (header !== undefined) return this.#header(header)
      if (path.startsWith('/eth/v1/validator/duties/attester/'))
        return { data: [{ committee_index: '3', slot: '0' }] }
      const version = new Headers(init?.headers).get('eth-consensus-version') ?? undefined
      this.submissions.push({ node, path, body: JSON.parse(String(init?.body)), version })
      return undefined
    })
  }

  #header(id: string) {
    const slot = id.startsWith('0x') ? Number.parseInt(id.slice(2, 4), 16) : Number(id)
    if (this.#missed.includes(slot)) throw new ApiError(id, 'missing', 404)
    const parent_root = rootOf(this.#lastAt(Math.max(0, slot - 1)))
    const message = { slot: String(slot), proposer_index: '0', parent_root }
    return { data: { root: rootOf(slot), header: { message } } }
  }
}

interface SignerUnderTestOptions {
  readonly forks?: ForkSchedule
  readonly missed?: readonly number[]
}
