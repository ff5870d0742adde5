import type { ProducedBlock } from '../production/block-producer.ts'
import type { Proposal } from './conduct.ts'
import type { DutyContext } from './duty-context.ts'

/** Bytes of `graffiti` in a block. */
const graffitiLength = 32

/** Proposing a block (validator.md of each fork, "Block proposal"). */
export class ProposalDuty {
  readonly #context: DutyContext
  readonly #graffiti: string

  /** @param graffiti as text; what is beyond 32 bytes of UTF-8 is left out */
  constructor(context: DutyContext, graffiti: string) {
    this.#context = context
    this.#graffiti = graffiti
  }

  async propose(slot: number, proposer: number): Promise<void> {
    const { conducts, report } = this.#context
    const conduct = conducts.of(proposer, slot)
    if (!conduct.performs('proposal')) return
    await report.attempt('proposal', slot, [proposer], () => conduct.propose(this.#proposal(slot, proposer)))
  }

  #proposal(slot: number, proposer: number): Proposal {
    const { api, report, signer } = this.#context
    return {
      slot,
      proposer,
      make: (graffiti = this.#graffiti) => this.#make(slot, proposer, graffiti),
      sign: ({ block, root }) => signer.signBlock(block, root),
      publish: (signed, blobs) =>
        report.publish('proposal', slot, [proposer], () => api.publishBlock(signed, blobs)),
    }
  }

  async #make(slot: number, proposer: number, graffiti: string): Promise<ProducedBlock | undefined> {
    const { api, isRunning, signer } = this.#context
    const randaoReveal = signer.signRandaoReveal(proposer, slot)
    const produced = await api.produceBlock({ slot, randaoReveal, graffiti: graffitiBytes(graffiti) })
    // Whoever has stopped the node may have its validators sign elsewhere by now.
    return isRunning() ? produced : undefined
  }
}

function graffitiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(graffitiLength)
  new TextEncoder().encodeInto(text, bytes)
  return bytes
}
