import type { Manifest } from '../plan/manifest.ts'
import { isStakeSelection, nodesByStake, type StakeSelection } from './by-stake.ts'
import { checkedEdge, checkedGroups, checkedNode, type NodeGroup } from './checked-groups.ts'
import { FaultError } from './errors.ts'
import { type FaultLayer, type FaultSpec, faultLayers } from './fault.ts'
import { checkedShape, type LinkShapeOptions } from './link-shape-options.ts'

/** On which layers a fault of links is. */
export interface LayerOptions {
  /** @default both */
  readonly layers?: readonly FaultLayer[] | undefined
}

/** A day: a clock further off is a mistake. */
const skewMsMax = 86_400_000

/*
 * What was asked for, checked against the plan: each function gives the fault, and throws FaultError or
 * UnknownNodeError for one that makes no sense.
 */

export function partitionOf(
  manifest: Manifest,
  groups: readonly NodeGroup[] | StakeSelection,
  options: LayerOptions = {},
): FaultSpec {
  const given = isStakeSelection(groups) ? [nodesByStake(groups, manifest.nodes)] : groups
  const layers = checkedLayers(options)
  return { kind: 'partition', parameters: { ...checkedGroups(given, manifest), layers } }
}

export function isolateOf(manifest: Manifest, node: string, options: LayerOptions = {}): FaultSpec {
  return {
    kind: 'isolate',
    parameters: { node: checkedNode(node, manifest), layers: checkedLayers(options) },
  }
}

export function bridgeOf(
  manifest: Manifest,
  groups: readonly NodeGroup[],
  { via, ...options }: LayerOptions & { readonly via: string },
): FaultSpec {
  checkedNode(via, manifest)
  const checked = checkedGroups(groups, manifest, via)
  const neighbours = manifest.edges.flatMap(({ a, b }) => (a === via ? [b] : b === via ? [a] : []))
  const unreached = checked.groups.find((group) => !group.some((name) => neighbours.includes(name)))
  if (unreached !== undefined) {
    throw new FaultError({
      code: 'fault-invalid',
      problem: `${via} cannot join the groups: it has no link with ${unreached.join(', ')}.`,
      details: [`Neighbours of ${via} in the topology: ${neighbours.join(', ') || 'none'}`],
      facts: { via, ...checked, neighbours },
    })
  }
  return { kind: 'bridge', parameters: { ...checked, via, layers: checkedLayers(options) } }
}

export function cutOf(manifest: Manifest, a: string, b: string, options: LayerOptions = {}): FaultSpec {
  checkedEdge(a, b, manifest)
  return { kind: 'cut', parameters: { a, b, layers: checkedLayers(options) } }
}

export function shapeOf(
  manifest: Manifest,
  { a, b }: { readonly a: string; readonly b: string },
  { layers, ...shape }: LinkShapeOptions & LayerOptions,
): FaultSpec {
  checkedEdge(a, b, manifest)
  return { kind: 'shape', parameters: { a, b, layers: checkedLayers({ layers }), ...checkedShape(shape) } }
}

export function skewOf(
  manifest: Manifest,
  { node, skewMs, hasOwnClock }: { node: string; skewMs: number; hasOwnClock: boolean },
): FaultSpec {
  checkedNode(node, manifest)
  if (!Number.isSafeInteger(skewMs) || skewMs === 0 || Math.abs(skewMs) > skewMsMax) {
    throw new FaultError({
      code: 'fault-invalid',
      problem: `The clock of ${node} cannot be off by ${String(skewMs)} ms.`,
      details: [
        'Allowed: a whole number of milliseconds other than 0, up to a day ahead, or behind when negative',
      ],
      facts: { node, skewMs },
    })
  }
  if (!hasOwnClock) {
    throw new FaultError({
      code: 'fault-unsupported',
      problem: `The clock of ${node} cannot be set: its consensus client is a process, which reads the machine's.`,
      details: [
        'A statically linked program asks the kernel itself, and no other process can get in between.',
        'Skew the clock of an embedded node.',
      ],
      facts: { node, skewMs },
    })
  }
  return { kind: 'skew', parameters: { node, skewMs } }
}

function checkedLayers({ layers = faultLayers }: LayerOptions): readonly FaultLayer[] {
  const isFine =
    Array.isArray(layers) && layers.length > 0 && layers.every((layer) => faultLayers.includes(layer))
  if (isFine) return faultLayers.filter((layer) => layers.includes(layer))
  throw new FaultError({
    code: 'fault-invalid',
    problem: 'A fault of links is on one layer or on both.',
    details: [`Given: ${JSON.stringify(layers)}`, `Allowed: a list with ${faultLayers.join(', ')}`],
    facts: { layers },
  })
}
