import { z } from 'zod'

/**
 * What crosses the wire between the process that runs a network and the commands that ask it: the types of
 * both sides, and the schemas by which each checks what the other one says.
 */

export const nodeActions = ['start', 'stop', 'restart', 'kill', 'pause', 'resume'] as const
export type NodeAction = (typeof nodeActions)[number]

/** `stopping` lasts until the last process is gone. */
const networkState = z.enum(['starting', 'running', 'stopping'])
export type NetworkState = z.infer<typeof networkState>

const count = z.int().nonnegative()
const pid = z.int().positive().nullable()

const processDescription = z.object({
  name: z.string(),
  layer: z.enum(['execution', 'consensus']),
  pid: z.int().positive(),
  logFile: z.string(),
})

export const nodeDescription = z.object({
  name: z.string(),
  state: z.string(),
  /** The pid is that of the client's first process, null while it does not run. */
  execution: z.object({
    client: z.string(),
    rpcUrl: z.string(),
    wsUrl: z.string(),
    engineUrl: z.string(),
    jwtSecretFile: z.string(),
    pid,
  }),
  consensus: z.object({ client: z.string(), apiUrl: z.string(), peerId: z.string(), pid }),
  /** Number of validators whose keys the node holds. */
  validators: count,
  processes: z.array(processDescription),
})
export type NodeDescription = z.infer<typeof nodeDescription>

const account = z.object({ address: z.string(), privateKey: z.string(), balanceWei: z.string() })

export const networkDescription = z.object({
  name: z.string(),
  state: networkState,
  directory: z.string(),
  seed: count,
  chainId: count,
  forks: z.record(z.string(), count),
  /** Unix time, seconds. */
  genesisTime: count,
  slotDurationMs: count,
  slotsPerEpoch: count,
  nodes: z.array(nodeDescription),
  accounts: z.array(account),
})
export type NetworkDescription = z.infer<typeof networkDescription>

/** A node and what it says of the chain; null where it did not answer, and `problem` tells why. */
export const nodeStatus = nodeDescription.extend({
  head: z.object({ slot: count, root: z.string() }).nullable(),
  /** Epochs. */
  justified: count.nullable(),
  finalized: count.nullable(),
  /** Names of the connected nodes. */
  peers: z.object({ execution: z.array(z.string()), consensus: z.array(z.string()) }).nullable(),
  problem: z.string().nullable(),
})
export type NodeStatus = z.infer<typeof nodeStatus>

export const networkStatus = networkDescription.extend({
  /** By the wall clock; negative before genesis. */
  slot: z.int(),
  epoch: z.int(),
  nodes: z.array(nodeStatus),
})
export type NetworkStatus = z.infer<typeof networkStatus>

/** The little that can be told at any time, also while a network starts. */
export const networkSummary = z.object({
  name: z.string(),
  state: networkState,
  directory: z.string(),
  /** What the start is doing; null once it is up. */
  activity: z.string().nullable(),
  slot: z.int().nullable(),
  nodes: z.array(z.object({ name: z.string(), state: z.string() })),
})
export type NetworkSummary = z.infer<typeof networkSummary>
