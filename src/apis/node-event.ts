/**
 * When in the slot a history looks at it, as a fraction: late enough for the block and its votes to have travelled.
 */
export const recordAtFraction = 0.9

/** A header as far as a history needs it. */
export interface SeenBlock {
  readonly slot: number
  readonly root: string
  /** Undefined when nobody could tell. */
  readonly parentRoot?: string | undefined
  readonly proposerIndex?: number | undefined
}

/** The finality event of the event stream, and its counterpart for justification, which the standard lacks. */
interface CheckpointEvent {
  readonly topic: 'justified_checkpoint' | 'finalized_checkpoint'
  readonly epoch: number
  readonly root: string
}

/**
 * What happened on a node, by the topics of the Beacon API's event stream, and what else is observed of it. It
 * is the same for every kind of client, whichever way it comes from.
 * https://ethereum.github.io/beacon-APIs/#/Events/eventstream
 */
export type NodeEventData =
  | ({ readonly topic: 'block' } & SeenBlock)
  | { readonly topic: 'head'; readonly slot: number; readonly root: string }
  | {
      /** Told with a move of the head. Of the new head it says nothing, as some clients give a wrong root. */
      readonly topic: 'chain_reorg'
      readonly depth: number
      readonly oldHead: string
    }
  | CheckpointEvent
  | {
      /** Votes of an epoch, as shares of the active stake. */
      readonly topic: 'participation'
      readonly epoch: number
      readonly source: number
      readonly target: number
      readonly head?: number | undefined
    }
  | {
      /** All connected peers, by their ids. */
      readonly topic: 'peers'
      readonly layer: 'execution' | 'consensus'
      readonly peerIds: readonly string[]
    }
  | {
      /** The payload of the consensus head and the execution client's head, at one moment. */
      readonly topic: 'execution'
      readonly slot: number
      readonly headRoot: string
      readonly payloadHash: string
      readonly executionHash: string
    }
  | {
      /** Events from this time on may be missing. */
      readonly topic: 'gap'
      readonly fromMs: number
      readonly reason: string
    }

export type NodeEvent = NodeEventData & {
  /** Name of the node. */
  readonly node: string
  /** Unix time on the network's clock. */
  readonly timeMs: number
}
