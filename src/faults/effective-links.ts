import { healthyLink, type LinkShape, type LinkState } from '../embedded/links/link-state.ts'
import type { EdgePlan } from '../plan/manifest.ts'
import { type FaultLayer, type FaultSpec, faultLayers, isLinkFault, type LinkFaultKind } from './fault.ts'

/** An edge on one layer, and what all faults in force together make of it. */
export interface EffectiveLink {
  readonly edge: EdgePlan
  readonly layer: FaultLayer
  readonly state: LinkState
}

/**
 * What the faults in force make of each edge on each layer: it is up unless one of them cuts it; latencies and
 * jitters add up, losses are independent, and the narrowest bandwidth holds.
 */
export function effectiveLinks(edges: readonly EdgePlan[], faults: readonly FaultSpec[]): EffectiveLink[] {
  const effects = faults.filter(isLinkFault).map((fault) => ({ fault, effectOn: effectOf(fault) }))
  return edges.flatMap((edge) =>
    faultLayers.map((layer) => {
      const states = effects
        .filter(({ fault }) => fault.parameters.layers.includes(layer))
        .map(({ effectOn }) => effectOn(edge))
      return { edge, layer, state: states.reduce(combined, healthyLink) }
    }),
  )
}

/** The edges that a fault cuts, on the layers that it is on. */
export function edgesCutBy(
  fault: FaultSpec,
  edges: readonly EdgePlan[],
): { edge: EdgePlan; layer: FaultLayer }[] {
  return effectiveLinks(edges, [fault]).filter(({ state }) => !state.isUp)
}

type EffectOn = (edge: EdgePlan) => LinkState

const cutLink: LinkState = { ...healthyLink, isUp: false }

function effectOf(fault: FaultSpec<LinkFaultKind>): EffectOn {
  switch (fault.kind) {
    case 'partition':
      return cutBetween(fault.parameters.groups)
    case 'bridge': {
      const { groups, via } = fault.parameters
      const between = cutBetween(groups)
      return (edge) => (hasEnd(edge, via) ? healthyLink : between(edge))
    }
    case 'isolate':
      return (edge) => (hasEnd(edge, fault.parameters.node) ? cutLink : healthyLink)
    case 'cut':
      return (edge) => (isBetween(edge, fault.parameters) ? cutLink : healthyLink)
    case 'shape':
      return shapeOf(fault.parameters)
  }
}

/** Nodes that no group names form a further one. */
function cutBetween(groups: readonly (readonly string[])[]): EffectOn {
  const groupOf = new Map(groups.flatMap((names, index) => names.map((name) => [name, index] as const)))
  return ({ a, b }) => (groupOf.get(a) === groupOf.get(b) ? healthyLink : cutLink)
}

function shapeOf({ a, b, direction, layers: _, ...shape }: FaultSpec<'shape'>['parameters']): EffectOn {
  return (edge) => {
    if (!isBetween(edge, { a, b })) return healthyLink
    // The edge may name its ends the other way round.
    const isTurned = edge.a !== a
    const isForward = direction === 'both' || (direction === 'forward') !== isTurned
    const isBackward = direction === 'both' || (direction === 'backward') !== isTurned
    return {
      isUp: true,
      forward: isForward ? shape : healthyLink.forward,
      backward: isBackward ? shape : healthyLink.backward,
    }
  }
}

function hasEnd({ a, b }: EdgePlan, node: string): boolean {
  return a === node || b === node
}

export function isBetween(edge: EdgePlan, { a, b }: { readonly a: string; readonly b: string }): boolean {
  return (edge.a === a && edge.b === b) || (edge.a === b && edge.b === a)
}

function combined(one: LinkState, other: LinkState): LinkState {
  return {
    isUp: one.isUp && other.isUp,
    forward: combinedShape(one.forward, other.forward),
    backward: combinedShape(one.backward, other.backward),
  }
}

function combinedShape(one: LinkShape, other: LinkShape): LinkShape {
  const kept = (1 - one.lossPercent / 100) * (1 - other.lossPercent / 100)
  const bandwidths = [one.bandwidthKbps, other.bandwidthKbps].filter((kbps) => kbps !== undefined)
  return {
    latencyMs: one.latencyMs + other.latencyMs,
    jitterMs: one.jitterMs + other.jitterMs,
    lossPercent:
      one.lossPercent === 0 || other.lossPercent === 0
        ? one.lossPercent + other.lossPercent
        : 100 * (1 - kept),
    ...(bandwidths.length === 0 ? {} : { bandwidthKbps: Math.min(...bandwidths) }),
  }
}
