import { z } from 'zod'
import { operation } from '../../control/operation.ts'
import { wireErrorSchema } from '../../control/wire-error.ts'
import { slashingKinds } from '../misbehaviour/slashings.ts'
import { Jobs } from './jobs.ts'

const number = (rule: string) => z.number({ error: rule })
const begun = z.object({ job: z.string() })
const block = z.object({ slot: z.number(), root: z.string() })

export const reorgProof = z.object({
  oldHead: block,
  newHead: block,
  commonAncestor: block,
  depth: z.number(),
  nodes: z.array(z.string()).readonly(),
})

export const stallProof = z.object({
  from: z.number(),
  until: z.number(),
  finalizedBefore: z.number(),
  finalizedAfter: z.number(),
  by: z.union([
    z.object({ validators: z.array(z.number()).readonly() }),
    z.object({ groups: z.array(z.array(z.string()).readonly()).readonly() }),
  ]),
})

export const slashProof = z.object({
  validator: z.number(),
  kind: z.enum(slashingKinds),
  slot: z.number(),
  blockRoot: z.string(),
  slashedEpoch: z.number(),
  exitEpoch: z.number(),
  nodes: z.array(z.string()).readonly(),
})

/** What a network can be made to go through. Each begins a job, which `job` watches. */
export const onDemandOperations = {
  reorg: operation({
    parameters: z.strictObject({ depth: number('a number of slots') }),
    result: begun,
    run: async (network, { depth }) => ({
      job: Jobs.of(network).begin((context) => network.reorg({ depth, ...context })),
    }),
  }),
  'stall-finality': operation({
    parameters: z.strictObject({ epochs: number('a number of epochs') }),
    result: begun,
    run: async (network, { epochs }) => ({
      job: Jobs.of(network).begin((context) => network.stallFinality({ epochs, ...context })),
    }),
  }),
  slash: operation({
    parameters: z.strictObject({
      validator: number('the index of a validator'),
      kind: z.enum(slashingKinds, { error: slashingKinds.join(', ') }).optional(),
    }),
    result: begun,
    run: async (network, { validator, kind }) => ({
      job: Jobs.of(network).begin((context) => network.slash(validator, { kind, ...context })),
    }),
  }),
  /** Resolves with more than so many messages, or after some seconds with no more. */
  job: operation({
    parameters: z.strictObject({
      id: z.string({ error: 'the id of a job' }).max(50, { error: 'the id of a job' }),
      messagesKnown: z.int({ error: 'a number' }).nonnegative({ error: '0 or more' }),
    }),
    result: z.object({
      state: z.enum(['running', 'done', 'failed']),
      messages: z.array(z.string()).readonly(),
      result: z.record(z.string(), z.unknown()).nullable(),
      error: wireErrorSchema.nullable(),
    }),
    run: async (network, { id, messagesKnown }) => {
      const { result, ...report } = await Jobs.of(network).report(id, messagesKnown)
      return { ...report, result: result === null ? null : { ...result } }
    },
  }),
}
