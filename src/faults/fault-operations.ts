import { z } from 'zod'
import { operation } from '../control/operation.ts'
import type { Network } from '../network/network.ts'
import { type Fault, faultLayers } from './fault.ts'

const nameRule = 'the name of a node'
const name = z.string({ error: nameRule }).max(100, { error: nameRule })
const groupRule = 'a list of names'
const group = z.array(name, { error: groupRule }).max(2_000, { error: groupRule })
const groupsRule = 'a list of groups, each a list of names'
const groups = z.array(group, { error: groupsRule }).max(2_000, { error: groupsRule })
const layersRule = `a list with ${faultLayers.join(', ')}`
const layers = z
  .array(z.enum(faultLayers, { error: layersRule }), { error: layersRule })
  .max(2)
  .optional()
const number = (rule: string) => z.number({ error: rule }).optional()

/** A fault in force, as JSON. */
export const faultDescription = z.object({
  id: z.string(),
  kind: z.string(),
  /** Unix time by the network's clock. */
  sinceMs: z.number(),
  parameters: z.record(z.string(), z.unknown()),
})
export type FaultDescription = z.infer<typeof faultDescription>

/** A fault that has begun. */
export const faultResult = z.object({ fault: faultDescription })
const faultsResult = z.object({ faults: z.array(faultDescription) })

/** What the faults of a running network can be asked for from outside; see the methods of `Network`. */
export const faultOperations = {
  partition: operation({
    parameters: z.strictObject({
      groups: groups.optional(),
      minority: number('a share of the stake').optional(),
      layers,
    }),
    result: faultResult,
    run: async (network, { groups, minority, layers }, signal) => {
      const selection = minority === undefined ? (groups ?? []) : { minority }
      return described((await network.partition(selection, { layers, signal })).fault)
    },
  }),
  isolate: operation({
    parameters: z.strictObject({ node: name, layers }),
    result: faultResult,
    run: async (network, { node, layers }, signal) =>
      described((await network.isolate(node, { layers, signal })).fault),
  }),
  bridge: operation({
    parameters: z.strictObject({ a: group, b: group, via: name, layers }),
    result: faultResult,
    run: async (network, { a, b, via, layers }, signal) =>
      described((await network.bridge(a, b, { via, layers, signal })).fault),
  }),
  link: operation({
    parameters: z.strictObject({
      a: name,
      b: name,
      layers,
      cut: z.boolean({ error: 'true or false' }).optional(),
      latencyMs: number('milliseconds'),
      jitterMs: number('milliseconds'),
      lossPercent: number('per cent'),
      bandwidthKbps: number('kilobits a second'),
      direction: z.enum(['both', 'forward', 'backward'], { error: 'both, forward, backward' }).optional(),
    }),
    result: faultResult,
    run: async (network, { a, b, cut, layers, ...shape }, signal) => {
      const link = network.link(a, b)
      const made = cut ? await link.cut({ layers, signal }) : await link.shape({ ...shape, layers, signal })
      return described(made.fault)
    },
  }),
  skew: operation({
    parameters: z.strictObject({ node: name, skewMs: z.number({ error: 'milliseconds' }) }),
    result: faultResult,
    run: async (network, { node, skewMs }, signal) =>
      described((await network.node(node).skewClock(skewMs, { signal })).fault),
  }),
  heal: operation({
    parameters: z.strictObject({ fault: z.string({ error: 'the id of a fault' }).max(100).optional() }),
    result: faultsResult,
    run: async (network, { fault }, signal) => {
      await network.heal({ fault, signal })
      return listed(network)
    },
  }),
  faults: operation({
    parameters: z.strictObject({}),
    result: faultsResult,
    run: async (network) => listed(network),
  }),
}

function listed(network: Network): { faults: FaultDescription[] } {
  return { faults: network.faults().map(describeFault) }
}

export function described(fault: Fault): { fault: FaultDescription } {
  return { fault: describeFault(fault) }
}

function describeFault({ id, kind, sinceMs, parameters }: Fault): FaultDescription {
  return { id, kind, sinceMs, parameters: { ...parameters } }
}
