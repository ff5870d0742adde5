import type { NodeRecord } from '../history-record.ts'

/** A node's state, as the history has it. */
export type NodeState = NodeRecord['state']
