import { z } from 'zod'
import { fetchJson } from '../../../src/apis/http-json.ts'

const uint = z.string().transform(Number)
const committeesSchema = z.object({
  data: z.array(z.object({ index: uint, slot: uint, validators: z.array(uint) })),
})
const attestationsSchema = z.object({
  data: z.array(
    z.object({
      aggregation_bits: z.string(),
      committee_bits: z.string(),
      data: z.object({ slot: uint, target: z.object({ epoch: uint }) }),
    }),
  ),
})

/**
 * Validators whose attestations for an epoch are in blocks, read from one node: every block that can still
 * carry one (EIP-7045: until the end of the next epoch), up to a slot.
 */
export async function attestersOf(
  apiUrl: string,
  { epoch, slotsPerEpoch, untilSlot }: { epoch: number; slotsPerEpoch: number; untilSlot: number },
): Promise<Set<number>> {
  const url = `${apiUrl}/eth/v1/beacon/states/head/committees?epoch=${epoch}`
  const committees = committeesSchema.parse(await fetchJson(url)).data
  const attesters = new Set<number>()
  for (let slot = epoch * slotsPerEpoch; slot <= untilSlot; slot++) {
    const answer = await fetchJson(`${apiUrl}/eth/v2/beacon/blocks/${slot}/attestations`).catch(
      () => undefined,
    )
    if (answer === undefined) continue
    for (const attestation of attestationsSchema.parse(answer).data) {
      if (attestation.data.target.epoch !== epoch) continue
      const included = bitsOf(attestation.committee_bits)
      const members = committees
        .filter((committee) => committee.slot === attestation.data.slot && included[committee.index])
        .sort((a, b) => a.index - b.index)
        .flatMap((committee) => committee.validators)
      const voted = bitsOf(attestation.aggregation_bits)
      for (const [position, validator] of members.entries()) if (voted[position]) attesters.add(validator)
    }
  }
  return attesters
}

/** Bits of an SSZ bitvector or bitlist in hex, least significant first; a bitlist's end mark stays as a bit. */
function bitsOf(hex: string): boolean[] {
  return [...Buffer.from(hex.slice(2), 'hex')].flatMap((byte) =>
    Array.from({ length: 8 }, (_, bit) => ((byte >> bit) & 1) === 1),
  )
}
