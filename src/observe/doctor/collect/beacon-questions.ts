import { z } from 'zod'
import type { BeaconApi } from '../../../apis/beacon-api.ts'
import type { RequestOptions } from '../../../apis/http-json.ts'
import type { FinalityEvidence, ForkEvidence, TreeBlock, ValidatorEvidence } from '../evidence.ts'

/** Blocks of a node's fork choice that are looked at; without finality it can hold thousands. */
const treeBlocksMax = 512

const uint = z.string().regex(/^\d+$/).transform(Number)

export async function askFinality(api: BeaconApi, options: RequestOptions): Promise<FinalityEvidence> {
  const { currentJustified, finalized } = await api.finalityCheckpoints('head', options)
  return { justifiedEpoch: currentJustified.epoch, finalizedEpoch: finalized.epoch }
}

const specSchema = z.object({ data: z.record(z.string(), z.unknown()) })

/** `/eth/v1/config/spec`. Lists are no numbers of the protocol that clients write alike, so they are left out. */
export async function askSpec(api: BeaconApi, options: RequestOptions): Promise<Record<string, string>> {
  const { data } = await api.get('/eth/v1/config/spec', specSchema, options)
  const plain = Object.entries(data).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(plain.map(([key, value]) => [key, String(value).toLowerCase()]))
}

const forkScheduleSchema = z.object({
  data: z.array(z.object({ epoch: uint, current_version: z.string() })).max(64),
})

/** 2^64 - 1: the epoch of a fork that never comes; some clients list those as well. */
const farFutureEpoch = Number(2n ** 64n - 1n)

/** `/eth/v1/config/fork_schedule`, without forks that never come. */
export async function askForkSchedule(api: BeaconApi, options: RequestOptions): Promise<ForkEvidence[]> {
  const { data } = await api.get('/eth/v1/config/fork_schedule', forkScheduleSchema, options)
  return data
    .filter(({ epoch }) => epoch < farFutureEpoch)
    .map(({ epoch, current_version }) => ({ epoch, version: current_version.toLowerCase() }))
    .sort((a, b) => a.epoch - b.epoch || (a.version < b.version ? -1 : 1))
}

const forkChoiceSchema = z.object({
  fork_choice_nodes: z.array(
    z.object({ slot: uint, block_root: z.string(), parent_root: z.string(), validity: z.string() }),
  ),
})

/** `/eth/v1/debug/fork_choice`: the newest blocks on all branches. */
export async function askTree(api: BeaconApi, options: RequestOptions): Promise<TreeBlock[]> {
  const { fork_choice_nodes: nodes } = await api.get('/eth/v1/debug/fork_choice', forkChoiceSchema, options)
  return nodes
    .sort((a, b) => b.slot - a.slot)
    .slice(0, treeBlocksMax)
    .map(({ slot, block_root, parent_root, validity }) => ({
      slot,
      root: block_root,
      parentRoot: parent_root,
      validity: validity.toLowerCase(),
    }))
}

const livenessSchema = z.object({ data: z.array(z.object({ index: uint, is_live: z.boolean() })) })

/** `/eth/v1/validator/liveness/{epoch}`: those of the validators that did not vote in the epoch. */
export async function askSilent(
  api: BeaconApi,
  epoch: number,
  indices: readonly number[],
  options: RequestOptions,
): Promise<number[]> {
  const body = indices.map(String)
  const { data } = await api.post(`/eth/v1/validator/liveness/${epoch}`, body, livenessSchema, options)
  return data.filter(({ is_live }) => !is_live).map(({ index }) => index)
}

const validatorsSchema = z.object({
  data: z.array(
    z.object({
      index: uint,
      status: z.string(),
      validator: z.object({ effective_balance: uint, slashed: z.boolean() }),
    }),
  ),
})

/** `/eth/v1/beacon/states/head/validators` */
export async function askValidators(api: BeaconApi, options: RequestOptions): Promise<ValidatorEvidence[]> {
  const { data } = await api.get('/eth/v1/beacon/states/head/validators', validatorsSchema, options)
  return data.map(({ index, status, validator }) => ({
    index,
    isActive: status.startsWith('active'),
    isSlashed: validator.slashed,
    effectiveBalanceGwei: validator.effective_balance,
  }))
}

const blockSchema = z.object({
  data: z.object({
    message: z.object({
      body: z.object({ execution_payload: z.object({ fee_recipient: z.string() }) }),
    }),
  }),
})

/** `/eth/v2/beacon/blocks/{block_id}`: where the fees of a block's payload go, in lower case. */
export async function askFeeRecipient(
  api: BeaconApi,
  root: string,
  options: RequestOptions,
): Promise<string> {
  const { data } = await api.get(`/eth/v2/beacon/blocks/${root}`, blockSchema, options)
  return data.message.body.execution_payload.fee_recipient.toLowerCase()
}
