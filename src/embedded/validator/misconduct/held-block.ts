import { type Conduct, honestConduct } from '../conduct.ts'
import type { MisconductTools } from './misconduct-tools.ts'

/**
 * Makes its block in time, and publishes it when told; one whose moment has come already goes out at once.
 *
 * @param publishAtMs Unix time of the publication of a slot's block; undefined for never
 */
export function heldBlockConduct(
  { clock }: MisconductTools,
  publishAtMs: (slot: number) => number | undefined,
): Conduct {
  return {
    ...honestConduct,
    async propose(proposal) {
      const produced = await proposal.make()
      if (produced === undefined) return
      const signed = proposal.sign(produced)
      const timeMs = publishAtMs(proposal.slot)
      // The clock is the node's: when that ends, the block is never published.
      if (timeMs !== undefined) clock.at(timeMs, () => proposal.publish(signed, produced.blobs))
    },
  }
}
