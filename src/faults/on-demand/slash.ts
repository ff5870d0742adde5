import { z } from 'zod'
import type { BeaconApi } from '../../apis/beacon-api.ts'
import type { RequestOptions } from '../../apis/http-json.ts'
import type { Node } from '../../network/node.ts'
import { OptionError } from '../../plan/option-error.ts'
import { FaultError } from '../errors.ts'
import { ChainSigner, chainDomains } from '../misbehaviour/chain-signer.ts'
import { checkedValidators } from '../misbehaviour/misbehave-options.ts'
import { type SlashingKind, slashingKinds, slashingMessage } from '../misbehaviour/slashings.ts'
import { submitEverywhere } from '../misbehaviour/submit-everywhere.ts'
import { notObserved } from './not-observed.ts'
import type { OnDemandOptions, OnDemandTarget } from './on-demand-target.ts'

const withinEpochs = 3

const uint = z.string().regex(/^\d+$/).transform(Number)
const validatorSchema = z.object({
  data: z.object({ status: z.string(), validator: z.object({ slashed: z.boolean(), exit_epoch: uint }) }),
})
const attestation = z.object({ attesting_indices: z.array(uint) })
const blockSchema = z.object({
  version: z.string(),
  data: z.object({
    message: z.object({
      slot: uint,
      body: z.object({
        proposer_slashings: z.array(
          z.object({ signed_header_1: z.object({ message: z.object({ proposer_index: uint }) }) }),
        ),
        attester_slashings: z.array(z.object({ attestation_1: attestation, attestation_2: attestation })),
      }),
    }),
  }),
})

export interface SlashOptions extends OnDemandOptions {
  /** @default 'proposer': two blocks of one slot */
  readonly kind?: SlashingKind | undefined
}

/** What was seen of a slashing. */
export interface SlashProof {
  readonly validator: number
  readonly kind: SlashingKind
  /** Slot and root of the block that includes the proof. */
  readonly slot: number
  readonly blockRoot: string
  /** Epoch of that block. */
  readonly slashedEpoch: number
  /** Epoch in which the validator leaves. */
  readonly exitEpoch: number
  /** Names of the nodes on whose head it is slashed. */
  readonly nodes: readonly string[]
}

/**
 * Signs a contradiction with a validator's key, publishes the proof, and resolves when every running node has
 * it slashed. On chain this cannot be undone: the validator leaves, and takes its stake from the votes.
 *
 * @throws {OptionError} for a validator or kind that there is not
 * @throws {FaultError} for one that is slashed or gone already, and when it is not observed in time
 */
export async function slash(
  target: OnDemandTarget,
  validator: number,
  options: SlashOptions = {},
): Promise<SlashProof> {
  const { kind = 'proposer', signal, onProgress = () => {} } = options
  const { manifest, clock } = target
  checkedValidators(manifest, [validator])
  if (!slashingKinds.includes(kind))
    throw new OptionError({ field: 'kind', given: kind, allowed: slashingKinds.join(', ') })
  const running = target.nodes.filter(({ state }) => state === 'running')
  const [node] = running
  if (node === undefined)
    throw new FaultError({ code: 'fault-invalid', problem: 'No node runs.', details: ['Start one.'] })
  await refuseGone(node, validator, signal)
  const domains = await chainDomains(node.beaconApi, { signal })
  const head = await node.beaconApi.header('head', { signal })
  const signer = ChainSigner.ofValidator(manifest.validators.keys, validator, domains)
  const slot = Math.max(1, head?.slot ?? 1)
  const message = slashingMessage(signer, {
    kind,
    validatorIndex: validator,
    slot,
    slotsPerEpoch: clock.slotsPerEpoch,
  })
  const version = await forkOf(node.beaconApi, { signal })
  await submitEverywhere(
    running.map(({ beaconApi }) => beaconApi),
    message,
    { version, signal },
  )
  onProgress(`published a ${kind} slashing of validator ${validator} on ${running.length} nodes`)
  return observe(target, { validator, kind, sinceSlot: slot }, signal)
}

async function refuseGone(
  { beaconApi }: Node,
  validator: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { status } = await validatorAt(beaconApi, validator, { signal })
  if (status.startsWith('active') && status !== 'active_slashed') return
  throw new FaultError({
    code: 'fault-invalid',
    problem: `Validator ${validator} cannot be slashed: it is ${status}.`,
    details: ['Choose one that is active.'],
    facts: { validator, status },
  })
}

async function forkOf(api: BeaconApi, options: RequestOptions): Promise<string> {
  return (await api.get('/eth/v2/beacon/blocks/head', blockSchema, options)).version
}

async function observe(
  { nodes, clock }: OnDemandTarget,
  { validator, kind, sinceSlot }: { validator: number; kind: SlashingKind; sinceSlot: number },
  signal: AbortSignal | undefined,
): Promise<SlashProof> {
  const slots = withinEpochs * clock.slotsPerEpoch
  const lastSlot = clock.currentSlot + slots
  while (clock.currentSlot <= lastSlot) {
    const running = nodes.filter(({ state }) => state === 'running')
    const views = await Promise.all(
      running.map(({ beaconApi }) => validatorAt(beaconApi, validator, { signal })),
    )
    const [first] = running
    if (first !== undefined && views.every(({ slashed }) => slashed)) {
      const inclusion = await findInclusion(first.beaconApi, { validator, sinceSlot }, signal)
      if (inclusion !== undefined) {
        const exitEpoch = views[0]?.exitEpoch ?? 0
        const slashedEpoch = clock.epochOf(inclusion.slot)
        return {
          validator,
          kind,
          ...inclusion,
          slashedEpoch,
          exitEpoch,
          nodes: running.map(({ name }) => name),
        }
      }
    }
    await clock.pause(signal)
  }
  throw await notObserved(`validator ${validator} to be slashed on every node`, { nodes, slots })
}

async function validatorAt(api: BeaconApi, validator: number, options: RequestOptions) {
  const path = `/eth/v1/beacon/states/head/validators/${validator}`
  const { data } = await api.get(path, validatorSchema, options)
  return { status: data.status, slashed: data.validator.slashed, exitEpoch: data.validator.exit_epoch }
}

/** The block on the node's chain in which the validator is slashed. */
async function findInclusion(
  api: BeaconApi,
  { validator, sinceSlot }: { validator: number; sinceSlot: number },
  signal: AbortSignal | undefined,
): Promise<{ slot: number; blockRoot: string } | undefined> {
  const head = await api.header('head', { signal })
  for (let slot = sinceSlot; slot <= (head?.slot ?? 0); slot++) {
    const header = await api.header(slot, { signal })
    if (header === undefined) continue
    const { data } = await api.get(`/eth/v2/beacon/blocks/${header.root}`, blockSchema, { signal })
    const { proposer_slashings: proposers, attester_slashings: attesters } = data.message.body
    const isSlashed =
      proposers.some(({ signed_header_1: { message } }) => message.proposer_index === validator) ||
      attesters.some(({ attestation_1: one, attestation_2: other }) =>
        [one, other].every(({ attesting_indices: indices }) => indices.includes(validator)),
      )
    if (isSlashed) return { slot, blockRoot: header.root }
  }
  return undefined
}
