import { z } from 'zod'
import type { BeaconApi } from '../../apis/beacon-api.ts'
import type { RequestOptions } from '../../apis/http-json.ts'

const int = z
  .string()
  .regex(/^-?\d+$/)
  .transform(Number)
const rewardsSchema = z.object({
  data: z.object({ total_rewards: z.array(z.object({ source: int, target: int, head: int })) }),
})
type Rewards = z.infer<typeof rewardsSchema>['data']['total_rewards']

/** Votes of an epoch as shares of the validators that were eligible. */
export interface VoteShares {
  readonly source: number
  readonly target: number
  readonly head?: number | undefined
}

/**
 * The votes of an epoch by what validators were paid for them, which every client can tell once the next epoch
 * is over. Balances are taken for equal.
 *
 * @throws {ApiError}
 */
export async function askVoteShares(
  api: BeaconApi,
  epoch: number,
  options?: RequestOptions,
): Promise<VoteShares | undefined> {
  const path = `/eth/v1/beacon/rewards/attestations/${epoch}`
  const { data } = await api.post(path, [], rewardsSchema, options)
  return voteShares(data.total_rewards)
}

/**
 * A missing vote is punished for source and target, so what is not negative was right. A head is rewarded only,
 * and in an inactivity leak not even that: nobody can tell then (altair/beacon-chain.md,
 * `get_flag_index_deltas`).
 */
export function voteShares(rewards: Rewards): VoteShares | undefined {
  if (rewards.length === 0) return undefined
  const share = (isRight: (one: Rewards[number]) => boolean) =>
    rewards.filter(isRight).length / rewards.length
  const source = share((one) => one.source >= 0)
  const isLeak = source > 0 && rewards.every((one) => one.source <= 0)
  return {
    source,
    target: share((one) => one.target >= 0),
    head: isLeak ? undefined : share((one) => one.head > 0),
  }
}
