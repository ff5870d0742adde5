import type { DeedKind, DeedOrder } from '../../../embedded/validator/deed.ts'
import { FaultError } from '../../errors.ts'
import type { SignedMessage } from '../sign-request.ts'
import { makeSignerConduct } from './make-signer-conduct.ts'
import type { SignerConduct } from './signer-conduct.ts'
import type { SignerDuty, SignerTools } from './signer-tools.ts'

/** Deeds that are done by refusing signatures; all others take messages of our own. */
const absences: readonly DeedKind[] = ['offline', 'empty-slot']

interface Given {
  readonly order: DeedOrder
  readonly conduct: SignerConduct
}

/** What a remote signer was told, and what follows for a signature that it is asked for. */
export class SignerOrders {
  readonly #tools: SignerTools
  readonly #given = new Map<string, Given>()

  constructor(tools: SignerTools) {
    this.#tools = tools
  }

  /** Gives an order, or takes it back. @throws {FaultError} for a deed that this chain has no messages for */
  set(id: string, order: DeedOrder | undefined): void {
    if (order === undefined) {
      this.#given.delete(id)
      return
    }
    refuseBeforeElectra(order, this.#tools)
    this.#given.set(id, { order, conduct: makeSignerConduct(order.deed, this.#tools) })
  }

  /**
   * Resolves when the client may have the signature, to false when it may not.
   *
   * @param message undefined for others than blocks and votes
   * @param makeSigner for what is signed in the client's place
   */
  async allow(
    validatorIndex: number,
    message: SignedMessage | undefined,
    makeSigner: (message: SignedMessage) => SignerDuty['signer'],
  ): Promise<boolean> {
    const conduct = this.#conductOf(validatorIndex, message?.slot ?? this.#tools.clock.currentSlot)
    if (conduct === undefined) return true
    if (message === undefined) return conduct.signsOthers
    const duty = { validatorIndex, slot: message.slot, signer: makeSigner(message) }
    return message.kind === 'block' ? conduct.propose(duty) : conduct.attest({ ...duty, data: message.data })
  }

  /** What was ordered last counts. */
  #conductOf(validatorIndex: number, slot: number): SignerConduct | undefined {
    const given = [...this.#given.values()].filter(
      ({ order: { validatorIndices, fromSlot, untilSlot = Number.POSITIVE_INFINITY } }) =>
        slot >= fromSlot && slot < untilSlot && validatorIndices.includes(validatorIndex),
    )
    return given.at(-1)?.conduct
  }
}

function refuseBeforeElectra({ deed }: DeedOrder, { forks }: SignerTools): void {
  if (forks.electra === 0 || absences.includes(deed.kind)) return
  throw new FaultError({
    code: 'fault-unsupported',
    problem: `A client in a process cannot be told to do ${deed.kind} on a chain that begins before Electra.`,
    details: [
      'Blocks and votes had another form before, which is not made here.',
      `It can: ${absences.join(', ')}. Start the chain at Electra or later, or use an embedded node.`,
    ],
    facts: { deed, forks },
  })
}
