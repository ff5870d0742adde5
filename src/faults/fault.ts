import type { EngineFault } from '../embedded/engine/engine-fault.ts'
import type { LinkShape } from '../embedded/links/link-state.ts'
import type { Deed } from '../embedded/validator/deed.ts'

/** The layers of a network; a fault of links is on both unless told otherwise. */
export const faultLayers = ['execution', 'consensus'] as const
export type FaultLayer = (typeof faultLayers)[number]

interface OnLayers {
  readonly layers: readonly FaultLayer[]
}

/** Nodes that are kept apart. */
export interface NodeGroups {
  readonly groups: readonly (readonly string[])[]
  /** Those that no group named when it began: they form a further group, with all that are added later. */
  readonly others: readonly string[]
}

/** What each kind of fault is made with. Plain JSON. Nodes are meant by name. */
export interface FaultParameters {
  /** Nodes of different groups are not connected. */
  readonly partition: OnLayers & NodeGroups
  /** The node is connected with nobody. */
  readonly isolate: OnLayers & { readonly node: string }
  /** As a partition in these groups, but for one node, which stays connected with all of them. */
  readonly bridge: OnLayers & NodeGroups & { readonly via: string }
  /** Two nodes are not connected. */
  readonly cut: OnLayers & { readonly a: string; readonly b: string }
  /** What crosses a link is delayed, lost or held up. */
  readonly shape: OnLayers & {
    readonly a: string
    readonly b: string
    readonly direction: Direction
  } & LinkShape
  /** The node's clock is ahead by so much, or behind when negative. */
  readonly skew: { readonly node: string; readonly skewMs: number }
  /** The node was killed and has not been started again. */
  readonly kill: { readonly node: string }
  /** The node is frozen. */
  readonly pause: { readonly node: string }
  /** Validators do a deed in place of their duties. */
  readonly misbehaviour: {
    readonly deed: Deed
    /** Their indices. */
    readonly validators: readonly number[]
    /** Those that hold them. */
    readonly nodes: readonly string[]
    /** First slot of it. */
    readonly from: number
    /** First slot after it; absent when it goes on until it is ended. */
    readonly until?: number | undefined
  }
  /** The node's execution client answers its consensus client wrongly, late or not at all. */
  readonly engine: { readonly node: string; readonly fault: EngineFault }
}

export type FaultKind = keyof FaultParameters

/** Of a link between a and b: both directions, from a to b (forward), or from b to a. */
export const directions = ['both', 'forward', 'backward'] as const
export type Direction = (typeof directions)[number]

/** What a fault is, before it is in force. */
export type FaultSpec<Kind extends FaultKind = FaultKind> = {
  [K in Kind]: { readonly kind: K; readonly parameters: FaultParameters[K] }
}[Kind]

/** A fault that is in force. */
export type Fault<Kind extends FaultKind = FaultKind> = FaultSpec<Kind> & {
  /** Unique in the life of the network's process: `partition-1`. */
  readonly id: string
  /** Unix time by the network's clock. */
  readonly sinceMs: number
}

/** Kinds of faults that concern links. */
export const linkFaultKinds = ['partition', 'isolate', 'bridge', 'cut', 'shape'] as const
export type LinkFaultKind = (typeof linkFaultKinds)[number]

export function isLinkFault(fault: FaultSpec): fault is FaultSpec<LinkFaultKind> {
  return (linkFaultKinds as readonly FaultKind[]).includes(fault.kind)
}
