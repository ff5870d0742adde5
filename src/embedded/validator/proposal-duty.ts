import type { DutyContext } from './duty-context.ts'

/** Bytes of `graffiti` in a block. */
const graffitiLength = 32

/** Proposing a block (validator.md of each fork, "Block proposal"). */
export class ProposalDuty {
  readonly #context: DutyContext
  readonly #graffiti: Uint8Array

  /** @param graffiti as text; what is beyond 32 bytes of UTF-8 is left out */
  constructor(context: DutyContext, graffiti: string) {
    this.#context = context
    this.#graffiti = new Uint8Array(graffitiLength)
    new TextEncoder().encodeInto(graffiti, this.#graffiti)
  }

  async propose(slot: number, proposer: number): Promise<void> {
    const { api, isRunning, report, signer } = this.#context
    await report.attempt('proposal', slot, [proposer], async () => {
      const randaoReveal = signer.signRandaoReveal(proposer, slot)
      const { block, root, blobs } = await api.produceBlock({ slot, randaoReveal, graffiti: this.#graffiti })
      // Whoever has stopped the node may have its validators sign elsewhere by now.
      if (!isRunning()) return
      const signed = signer.signBlock(block, root)
      await report.publish('proposal', slot, [proposer], () => api.publishBlock(signed, blobs))
    })
  }
}
