import { z } from 'zod'

/** Version of the format of `history.jsonl`; each run begins with a record that names it. */
export const historyFormatVersion = 1

const root = z.string().regex(/^0x[0-9a-f]{64}$/i)
const count = z.int().nonnegative()
const name = z.string()
const share = z.number().min(0).max(1)
/** Unix time on the network's clock, which is virtual where the network's time is. */
const timeMs = z.number().nonnegative()

/** Validators whose keys a node holds: `count` of them, from index `first` on. */
const heldValidators = z.object({ first: count, count })

const plannedNode = z.object({ name, execution: name, consensus: name, validators: heldValidators })

/** A network was started, or continued. Everything up to the next one belongs to this run. */
const runRecord = z.object({
  type: z.literal('run'),
  timeMs,
  formatVersion: z.literal(historyFormatVersion),
  /** Of eth-localnet. */
  version: z.string(),
  network: name,
  seed: z.int(),
  time: z.enum(['real', 'virtual']),
  genesisTimeMs: z.number(),
  chain: z.object({
    chainId: count,
    preset: z.string(),
    slotDurationMs: z.number().positive(),
    slotsPerEpoch: z.int().positive(),
    /** Fork name to epoch. */
    forks: z.record(z.string(), count),
  }),
  /** Number of validators in the genesis state. */
  validators: count,
  nodes: z.array(plannedNode).readonly(),
  /** Declared connections, by the names of both ends. */
  edges: z.array(z.object({ a: name, b: name })).readonly(),
})
export type RunRecord = z.infer<typeof runRecord>

/** `ready`: all nodes share a head. `stopping`: what follows is the end of the run. */
const networkRecord = z.object({ type: z.literal('network'), timeMs, state: z.enum(['ready', 'stopping']) })

const nodeRecord = z.object({
  type: z.literal('node'),
  timeMs,
  node: name,
  /** `added` and `removed`: the node came into the plan, or left it. */
  state: z.enum(['added', 'removed', 'stopped', 'starting', 'running', 'paused', 'stopping', 'failed']),
  /** Of an added node. */
  plan: plannedNode.extend({ peers: z.array(name).readonly() }).optional(),
  /** The process that ended unasked, of a failed node. */
  crash: z
    .object({
      title: z.string(),
      reason: z.string(),
      logFile: z.string(),
      lastLines: z.array(z.string()).readonly(),
    })
    .optional(),
})
export type NodeRecord = z.infer<typeof nodeRecord>

/** What happened in a slot as most of the running nodes saw it near its end. */
const slotRecord = z.object({
  type: z.literal('slot'),
  timeMs,
  slot: count,
  epoch: count,
  /** Block of this slot; absent when the slot was missed. */
  blockRoot: root.optional(),
  proposerIndex: count.optional(),
  /** Name of the node that holds the proposer's key. */
  proposerNode: name.optional(),
  /** The head that most running nodes have. */
  headSlot: count.optional(),
  headRoot: root.optional(),
  nodesAtHead: count,
  nodesRunning: count,
  /** By that head. */
  justifiedEpoch: count.optional(),
  finalizedEpoch: count.optional(),
})
export type SlotRecord = z.infer<typeof slotRecord>

/** A node has imported a block; `timeMs` is when, or when it was asked after its stream of events was away. */
const blockRecord = z.object({
  type: z.literal('block'),
  timeMs,
  node: name,
  slot: count,
  root,
  /** Absent when the node did not answer the question for the block's header. */
  parentRoot: root.optional(),
  proposerIndex: count.optional(),
})

const headRecord = z.object({ type: z.literal('head'), timeMs, node: name, slot: count, root })

/** A node's head moved to a block that does not descend from the old head. */
const reorgRecord = z.object({
  type: z.literal('reorg'),
  timeMs,
  node: name,
  /** Of the new head. */
  slot: count,
  /** Slots from the common ancestor to the old head; as the node says where the ancestor is not known here. */
  depth: count,
  oldHead: root,
  newHead: root,
  ancestorSlot: count.optional(),
})
export type ReorgRecord = z.infer<typeof reorgRecord>

const checkpoint = { timeMs, node: name, epoch: count, root }

const justifiedRecord = z.object({ type: z.literal('justified'), ...checkpoint })

const finalizedRecord = z.object({
  type: z.literal('finalized'),
  ...checkpoint,
  /** Of the checkpoint's block, where it is known. */
  slot: count.optional(),
})

/** Share of the active stake whose votes of an epoch are in the chain and were right, as one node has it. */
const participationRecord = z.object({
  type: z.literal('participation'),
  timeMs,
  node: name,
  epoch: count,
  source: share,
  target: share,
  /** Absent in an inactivity leak on clients that tell of votes by their rewards: right heads have none then. */
  head: share.optional(),
})

/** The connected peers of a node changed. */
const peersRecord = z.object({
  type: z.literal('peers'),
  timeMs,
  node: name,
  layer: z.enum(['execution', 'consensus']),
  /** Names of nodes, in the order of the plan; the id of a peer that is none of them. */
  peers: z.array(z.string()).readonly(),
})

/** A sample: the payload of a node's consensus head, and the head of its execution client, at one moment. */
const executionRecord = z.object({
  type: z.literal('execution'),
  timeMs,
  node: name,
  /** Of the consensus head. */
  slot: count,
  headRoot: root,
  payloadHash: root,
  executionHash: root,
})

/** A fault comes into force, or ends. Both records of one fault have the same `id`. */
const faultRecord = z.object({
  type: z.literal('fault'),
  timeMs,
  phase: z.enum(['begin', 'end']),
  id: z.string(),
  /** e.g. `partition`, `link`, `skew`, `misbehaviour`. */
  kind: z.string(),
  /** What it was asked for with. */
  parameters: z.record(z.string(), z.unknown()),
  /**
   * On `begin`: pairs of nodes between which nothing passes because of it, on the consensus layer. With them
   * checkers know how much stake stays connected; a fault without them, and without `validators`, may have any
   * effect on finality, so none is demanded while it lasts.
   */
  cut: z
    .array(z.tuple([name, name]))
    .readonly()
    .optional(),
  /** On `begin`: validators that do not follow the protocol because of it; they count as offline. */
  validators: z.array(count).readonly().optional(),
})
export type FaultRecord = z.infer<typeof faultRecord>

export const verdicts = ['pass', 'fail', 'unknown'] as const
export type Verdict = (typeof verdicts)[number]

/** A checker's verdict on the history so far changed. */
const checkRecord = z.object({
  type: z.literal('check'),
  timeMs,
  checker: z.string(),
  verdict: z.enum(verdicts),
  /** One sentence. */
  summary: z.string(),
  evidence: z.array(z.string()).readonly(),
})

/** Something may be missing here: a node's events from `fromMs` on, or records that could not be written. */
const gapRecord = z.object({
  type: z.literal('gap'),
  timeMs,
  node: name.optional(),
  fromMs: timeMs,
  reason: z.string(),
})

/** One line of `history.jsonl`. */
export const historyRecordSchema = z.discriminatedUnion('type', [
  runRecord,
  networkRecord,
  nodeRecord,
  slotRecord,
  blockRecord,
  headRecord,
  reorgRecord,
  justifiedRecord,
  finalizedRecord,
  participationRecord,
  peersRecord,
  executionRecord,
  faultRecord,
  checkRecord,
  gapRecord,
])
export type HistoryRecord = z.infer<typeof historyRecordSchema>
