/**
 * All that a diagnosis is drawn from: collected once, plain JSON, judged by pure rules. What could not be
 * asked or was not answered is undefined.
 */
export interface Evidence {
  readonly network: NetworkEvidence
  readonly chain: ChainEvidence
  /** Unix time on the network's clock, ms. */
  readonly nowMs: number
  /** First and last slot during which the nodes were asked; negative before genesis. */
  readonly slots: { readonly first: number; readonly last: number }
  readonly nodes: readonly NodeEvidence[]
  /** Declared connections, by the names of both ends. */
  readonly edges: readonly { readonly a: string; readonly b: string }[]
  /** The newest blocks on every branch, oldest first. */
  readonly blocks: readonly BlockEvidence[]
  /**
   * Of each block of the latest slots: milliseconds from the start of its slot until the first node had it, which
   * is the one that made it. From the history, so that it is known also when nobody answers.
   */
  readonly latenessMs: readonly number[]
  /** Validators as the node with the newest head has them; undefined where there are too many to ask for. */
  readonly validators: readonly ValidatorEvidence[] | undefined
  readonly machine: MachineEvidence
  /** What was broken on purpose and is in force: never the proof of a cause, only a hint. */
  readonly faults: readonly FaultEvidence[]
  /** The fault that ended last, and when, Unix time on the network's clock. */
  readonly pastFault?: { readonly description: string; readonly endedMs: number } | undefined
}

export interface NetworkEvidence {
  readonly name: string
  readonly directory: string
  readonly time: 'real' | 'virtual'
  /** False for a directory that no process has: then nobody was asked. */
  readonly isRunning: boolean
  /** How the last start failed, where it did. */
  readonly startFailure?: StartFailureEvidence | undefined
}

/** The chain as it was planned and its genesis made. */
export interface ChainEvidence {
  readonly slotDurationMs: number
  readonly slotsPerEpoch: number
  /** Unix time, seconds. */
  readonly genesisTime: number
  readonly genesisValidatorsRoot: string
  readonly genesisBlockRoot: string
  /** Hash of block 0 of the execution layer. */
  readonly executionBlockHash: string
  readonly validatorCount: number
}

export interface StartFailureEvidence {
  readonly code: string
  readonly message: string
  /** What it was that ended, e.g. `node-0 geth`, and its last lines, where a process was to blame. */
  readonly title?: string | undefined
  readonly lastLines: readonly string[]
  readonly logFile?: string | undefined
}

export interface NodeEvidence {
  readonly name: string
  /** `unknown` where only the files of a network could be read. */
  readonly state: 'stopped' | 'starting' | 'running' | 'paused' | 'stopping' | 'failed' | 'unknown'
  /** Names of the clients. */
  readonly clients: { readonly execution: string; readonly consensus: string }
  /** Validators whose keys the node was given: `count` of them from index `first` on. */
  readonly held: { readonly first: number; readonly count: number }
  /** Address that the node's own blocks pay their fees to, lower case. */
  readonly feeRecipient: string
  /** Unix time on the network's clock since which it has been running and no fault was in its way, ms. */
  readonly unhinderedSinceMs?: number | undefined
  readonly crash?: CrashEvidence | undefined
  readonly execution: ExecutionEvidence
  readonly engine: EngineEvidence
  readonly consensus: ConsensusEvidence
  /** Telling lines at the end of the logs of its clients, newest last. */
  readonly logLines: readonly LogLineEvidence[]
}

export interface CrashEvidence {
  /** e.g. `node-0 geth`. */
  readonly title: string
  /** How it ended, as the end of a sentence. */
  readonly reason: string
  readonly logFile: string
  readonly lastLines: readonly string[]
}

/**
 * What a log line can tell: a client is refused by the other one, or gets no answer; a payload is invalid; the
 * disk is full; the client gives up.
 */
export type LogTopic = 'refused' | 'no-answer' | 'invalid-payload' | 'disk-full' | 'fatal'

export interface LogLineEvidence {
  readonly topic: LogTopic
  readonly logFile: string
  readonly line: string
  /** When it was logged, Unix time; undefined where the line does not tell. */
  readonly timeMs?: number | undefined
}

/** Execution JSON-RPC of a node. */
export interface ExecutionEvidence {
  /** Why it was not answered; undefined when it was, or nobody asked. */
  readonly problem?: string | undefined
  readonly genesisHash?: string | undefined
  readonly head?: { readonly number: number; readonly hash: string } | undefined
  readonly isSyncing?: boolean | undefined
  /** Names of the connected nodes. */
  readonly peers?: readonly string[] | undefined
}

/** What the Engine API said to a request of our own, signed with the secret in the node's file. */
export interface EngineEvidence {
  readonly outcome: 'answered' | 'refused' | 'unreachable' | 'no-secret' | 'not-asked'
  readonly url: string
  readonly secretFile: string
  readonly problem?: string | undefined
}

/** Beacon API of a node. */
export interface ConsensusEvidence {
  /** Why it was not answered; undefined when it was, or nobody asked. */
  readonly problem?: string | undefined
  readonly url: string
  readonly genesis?: { readonly timeSeconds: number; readonly validatorsRoot: string } | undefined
  /** `/eth/v1/config/spec`, values as text. */
  readonly spec?: Readonly<Record<string, string>> | undefined
  readonly forkSchedule?: readonly ForkEvidence[] | undefined
  readonly syncing?: SyncingEvidence | undefined
  /** Names of the connected nodes. */
  readonly peers?: readonly string[] | undefined
  readonly head?: { readonly slot: number; readonly root: string } | undefined
  readonly finality?: FinalityEvidence | undefined
  /** Blocks that its fork choice holds, newest first. */
  readonly tree?: readonly TreeBlock[] | undefined
  readonly votes?: VotesEvidence | undefined
}

export interface ForkEvidence {
  readonly epoch: number
  readonly version: string
}

export interface SyncingEvidence {
  readonly headSlot: number
  /** The present slot by the node's own clock. */
  readonly ownSlot: number
  /** First and last slot of the network's clock while it was asked. */
  readonly askedDuring: { readonly first: number; readonly last: number }
  readonly isSyncing: boolean
  readonly isOptimistic: boolean
  readonly isExecutionOffline: boolean
}

export interface FinalityEvidence {
  readonly justifiedEpoch: number
  readonly finalizedEpoch: number
}

export interface TreeBlock {
  readonly slot: number
  readonly root: string
  readonly parentRoot: string
  readonly validity: string
}

/** Which validators a node has seen vote in an epoch. */
export interface VotesEvidence {
  readonly epoch: number
  /** Indices that were asked about and did not vote. */
  readonly silent: readonly number[]
  readonly asked: number
}

export interface BlockEvidence {
  readonly slot: number
  readonly root: string
  readonly proposerIndex: number
  /** Fee recipient of its payload, lower case; undefined when it was not told. */
  readonly feeRecipient?: string | undefined
}

export interface ValidatorEvidence {
  readonly index: number
  readonly isActive: boolean
  readonly isSlashed: boolean
  readonly effectiveBalanceGwei: number
}

export interface MachineEvidence {
  readonly cores: number
  /** Processes that wanted a core, on average over the last minute. */
  readonly load: number
  /** Of the file system that the network's directory is on. */
  readonly disk?: { readonly freeBytes: number; readonly totalBytes: number } | undefined
}

export interface FaultEvidence {
  readonly kind: string
  readonly description: string
  /** Validators that are made not to do their duties. */
  readonly validators: readonly number[]
  /** Whether nodes are kept apart by it. */
  readonly isCut: boolean
}
