import { z } from 'zod'
import { operation } from '../../control/operation.ts'
import { engineFaultSchema } from '../../embedded/engine/engine-fault.ts'
import { deedSchema } from '../../embedded/validator/deed.ts'
import { described, faultResult } from '../fault-operations.ts'

const name = z.string({ error: 'the name of a node' }).max(100, { error: 'the name of a node' })
const slot = z.number({ error: 'a slot' }).optional()

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
    result: faultResult,
    run: async (network, { nodes, ...options }) =>
      described((await network.misbehave({ node: nodes, ...options })).fault),
  }),
  engine: operation({
    parameters: z.strictObject({ node: name, fault: engineFaultSchema }),
    result: faultResult,
    run: async (network, { node, fault }) => described((await network.engineFault(node, fault)).fault),
  }),
}
