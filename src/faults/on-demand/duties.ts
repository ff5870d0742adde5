import { z } from 'zod'
import type { BeaconApi } from '../../apis/beacon-api.ts'
import type { RequestOptions } from '../../apis/http-json.ts'

const uint = z.string().regex(/^\d+$/).transform(Number)
const duties = z.object({ data: z.array(z.object({ validator_index: uint, slot: uint })) })

/** Who proposes and who attests in the slots of some epochs. */
export interface KnownDuties {
  /** Validator by slot. */
  readonly proposers: ReadonlyMap<number, number>
  /** Validators by slot. */
  readonly attesters: ReadonlyMap<number, readonly number[]>
  /** First slot of which nothing is known. */
  readonly endSlot: number
}

/** The duties of an epoch and the next one, by a node's Beacon API. */
export async function dutiesFrom(
  api: BeaconApi,
  { epoch, slotsPerEpoch, validatorCount }: { epoch: number; slotsPerEpoch: number; validatorCount: number },
  options?: RequestOptions,
): Promise<KnownDuties> {
  const indices = Array.from({ length: validatorCount }, (_, index) => String(index))
  const proposers = new Map<number, number>()
  const attesters = new Map<number, number[]>()
  for (const one of [epoch, epoch + 1]) {
    const proposing = await api.get(`/eth/v1/validator/duties/proposer/${one}`, duties, options)
    for (const { slot, validator_index: index } of proposing.data) proposers.set(slot, index)
    const attesting = await api.post(`/eth/v1/validator/duties/attester/${one}`, indices, duties, options)
    for (const { slot, validator_index: index } of attesting.data) {
      attesters.set(slot, [...(attesters.get(slot) ?? []), index])
    }
  }
  return { proposers, attesters, endSlot: (epoch + 2) * slotsPerEpoch }
}
