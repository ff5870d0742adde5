import { z } from 'zod'
import { operation } from '../../control/operation.ts'
import { engineFaultSchema } from '../../embedded/engine/engine-fault.ts'
import { deedSchema } from '../../embedded/validator/deed.ts'

const name = z.string({ error: 'the name of a node' }).max(100, { error: 'the name of a node' })
const slot = z.number({ error: 'a slot' }).optional()
const described = z.object({
  id: z.string(),
  kind: z.string(),
  parameters: z.record(z.string(), z.unknown()),
})

/** Validators and execution clients of a running network that misbehave; see the methods of `Network`. */
export const misconductOperations = {
  misbehave: operation({
    parameters: z.strictObject({
      nodes: z.array(name).max(2_000, { error: 'at most 2000 names' }).optional(),
      validators: z
        .array(z.number({ error: 'a validator index' }))
        .max(1_000_000, { error: 'fewer' })
        .optional(),
      deed: deedSchema,
      from: slot,
      until: slot,
    }),
    result: z.object({ id: z.string() }),
    run: async (network, { nodes, ...options }) => ({
      id: (await network.misbehave({ node: nodes, ...options })).id,
    }),
  }),
  engine: operation({
    parameters: z.strictObject({ node: name, fault: engineFaultSchema }),
    result: z.object({ id: z.string() }),
    run: async (network, { node, fault }) => ({ id: (await network.engineFault(node, fault)).id }),
  }),
  misconduct: operation({
    parameters: z.strictObject({}),
    result: z.object({ misconduct: z.array(described) }),
    run: async (network) => ({
      misconduct: network
        .misconduct()
        .map(({ id, kind, parameters }) => ({ id, kind, parameters: { ...parameters } })),
    }),
  }),
  behave: operation({
    parameters: z.strictObject({ id: z.string({ error: 'an id' }).max(50, { error: 'an id' }).optional() }),
    result: z.object({ ended: z.array(z.string()) }),
    run: async (network, { id }) => ({ ended: [...(await network.behave({ id }))] }),
  }),
}
