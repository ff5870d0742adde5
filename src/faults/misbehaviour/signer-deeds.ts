import type { Deed, DeedOrder } from '../../embedded/validator/deed.ts'
import type { SlotClock } from '../../network/slot-clock.ts'
import { FaultError } from '../errors.ts'
import type { SignRequest } from './sign-request.ts'

/** Deeds that are done by refusing a signature or giving it late. */
const signerDeeds: readonly Deed['kind'][] = ['offline', 'empty-slot', 'late-block', 'withheld-block']

/** What a remote signer was told, and what follows for a signature that it is asked for. */
export class SignerDeeds {
  readonly #clock: SlotClock
  readonly #orders = new Map<string, DeedOrder>()

  constructor(clock: SlotClock) {
    this.#clock = clock
  }

  /** @throws {FaultError} for a deed that cannot be done by signatures */
  set(id: string, order: DeedOrder | undefined): void {
    if (order === undefined) this.#orders.delete(id)
    else this.#orders.set(id, checked(order))
  }

  /** Resolves when the signature may be given, to false when it may not. */
  async allow(validatorIndex: number, request: SignRequest): Promise<boolean> {
    const slot = request.slot ?? this.#clock.currentSlot
    const deed = this.#deedOf(validatorIndex, slot)
    if (deed === undefined) return true
    if (deed.kind === 'offline') return false
    if (!request.type.startsWith('BLOCK')) return true
    if (deed.kind !== 'late-block') return false
    const waitMs = this.#clock.startOf(slot) + deed.byMs - this.#clock.nowMs
    if (waitMs > 0) await this.#clock.sleep(waitMs)
    return true
  }

  /** What was ordered last counts. */
  #deedOf(validatorIndex: number, slot: number): Deed | undefined {
    const orders = [...this.#orders.values()].filter(
      ({ validatorIndices, fromSlot, untilSlot = Number.POSITIVE_INFINITY }) =>
        slot >= fromSlot && slot < untilSlot && validatorIndices.includes(validatorIndex),
    )
    return orders.at(-1)?.deed
  }
}

function checked(order: DeedOrder): DeedOrder {
  const { deed } = order
  const isPublishedLater = deed.kind === 'withheld-block' && deed.untilSlot !== undefined
  if (signerDeeds.includes(deed.kind) && !isPublishedLater) return order
  throw new FaultError({
    code: 'fault-unsupported',
    problem: isPublishedLater
      ? 'A client in a process does not publish a block after its slot.'
      : `A client in a process cannot be told to do ${deed.kind}: it signs what its beacon node gives it.`,
    details: [
      `It can: ${signerDeeds.join(', ')}.`,
      'Give the validators to an embedded node, or use `slash`, which works with every client.',
    ],
    facts: { deed },
  })
}
