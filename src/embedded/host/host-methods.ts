import type { ErrorCategory } from '../../errors.ts'
import type { Manifest, NodePlan, NodePorts } from '../../plan/manifest.ts'

export type Layer = 'execution' | 'consensus'

/** What the thread is given at its start: it loads the protocol's libraries with this chain's constants. */
export interface HostSetup {
  readonly manifest: Manifest
  /** As APIs name it: `eth-localnet/v1.2.3`. */
  readonly version: string
}

export interface OpenParameters {
  /** Unix time, seconds. */
  readonly genesisTime: number
  readonly genesisValidatorsRoot: string
  readonly executionGenesisJson: string
  readonly consensusGenesisSsz: string
  /** Directory of the store that all nodes of the network share. */
  readonly storeDirectory: string
  /** Where each node's life is written as a test vector of the specification; nowhere when absent. */
  readonly traceDirectory?: string | undefined
  /** Where virtual time begins, Unix time; later where the store has blocks that are later. */
  readonly startTimeMs: number
}

export interface NodeParameters {
  readonly plan: NodePlan
  readonly ports: NodePorts
  readonly jwtSecretFile: string
  readonly logFile: string
  /** Names of the neighbours, in the order of the edges. */
  readonly peers: readonly string[]
}

/** A request to a node's API that does not take the way over HTTP. */
export interface LocalRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

export interface LocalResponse {
  readonly status: number
  readonly body: string
}

/** What the thread of an embedded network can be asked to do. Parameters and results are cloned between threads. */
export interface HostMethods {
  /** Resolves with the time at which virtual time begins. */
  open(parameters: OpenParameters): Promise<number>
  /** Starts one layer of a node; execution first. Resolves when its APIs answer. */
  start(layer: Layer, node: NodeParameters): Promise<void>
  /** Ends one layer of a node; consensus first. What it has stored stays. */
  stop(layer: Layer, name: string): Promise<void>
  /** As if the power had failed: nothing is finished, nothing more is stored. */
  kill(layer: Layer, name: string): Promise<void>
  pause(layer: Layer, name: string): Promise<void>
  resume(layer: Layer, name: string): Promise<void>
  /** Deletes what a stopped node has stored. */
  remove(name: string): Promise<void>
  /** Virtual time only. Resolves with the time that was reached: earlier when `interrupt` was called. */
  advanceTo(timeMs: number): Promise<number>
  interrupt(): Promise<void>
  request(layer: Layer, name: string, request: LocalRequest): Promise<LocalResponse>
  /** SHA-256 of the history so far, hexadecimal. */
  digest(): Promise<string>
  close(): Promise<void>
}

/** A node has failed by an error that it did not catch; the others go on. */
export interface NodeFailure {
  readonly layer: Layer
  readonly name: string
  readonly reason: string
}

/** A request from the main thread. */
export type HostCall = {
  [Method in keyof HostMethods]: {
    readonly id: number
    readonly method: Method
    readonly parameters: Parameters<HostMethods[Method]>
  }
}[keyof HostMethods]

/** A typed error, without its stack and cause. */
export interface HostError {
  readonly code: string
  readonly category: ErrorCategory
  readonly shortMessage: string
  readonly metaMessages: readonly string[]
  readonly facts: Readonly<Record<string, unknown>>
}

/** What the thread sends. */
export type HostMessage =
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: HostError }
  | { readonly type: 'failure'; readonly failure: NodeFailure }
