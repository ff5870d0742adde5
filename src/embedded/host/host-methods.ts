import type { ErrorCategory } from '../../errors.ts'
import type { Manifest, NodePlan, NodePorts } from '../../plan/manifest.ts'
import type { PeerEndpoint } from '../../plan/peer-endpoint.ts'
import type { EngineFault } from '../engine/engine-fault.ts'
import type { LinkState } from '../links/link-state.ts'
import type { DeedOrder } from '../validator/deed.ts'
import type { NodeEventBatch } from './node-events.ts'

export type Layer = 'execution' | 'consensus'
export type LayersByNode = Readonly<Record<string, readonly Layer[]>>

/** What the thread is given at its start: it loads the protocol's libraries with this chain's constants. */
export interface HostSetup {
  readonly manifest: Manifest
  /** What of each planned node lives in the thread, by name; all of every node when absent. */
  readonly layers?: LayersByNode | undefined
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
  /** What of the node lives in this thread. */
  readonly layers: readonly Layer[]
  /** In the order of the edges. */
  readonly peers: readonly PeerEndpoint[]
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
  /** Neighbours of a node have come or gone. */
  setPeers(name: string, peers: readonly PeerEndpoint[]): Promise<void>
  /** Deletes what a stopped node has stored. */
  remove(name: string): Promise<void>
  /** Virtual time only. Resolves with the time that was reached: earlier when `interrupt` was called. */
  advanceTo(timeMs: number): Promise<number>
  interrupt(): Promise<void>
  request(layer: Layer, name: string, request: LocalRequest): Promise<LocalResponse>
  /**
   * Has validators of a node misbehave, through restarts of it too, until it is taken back.
   *
   * @param id of what is given, or taken back when there is no order
   */
  setMisbehaviour(name: string, id: string, order?: DeedOrder): Promise<void>
  /** Has a node's execution client answer its beacon node as the fault says, until it is taken back. */
  setEngineFault(name: string, id: string, fault?: EngineFault): Promise<void>
  /**
   * Cuts, heals or shapes the link of two nodes, also one that is not there yet.
   *
   * @param a name of the node from which `state.forward` leads
   */
  setLink(layer: Layer, a: string, b: string, state: LinkState): Promise<void>
  /** Puts a node's clock ahead, or behind when negative; also that of a node that does not run. */
  setClockSkew(name: string, skewMs: number): Promise<void>
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
  | { readonly type: 'events'; readonly batch: NodeEventBatch }
