import type { BeaconApi } from '../../apis/beacon-api.ts'
import type { ExecutionApi } from '../../apis/execution-api.ts'
import type { Manifest, NodePlan } from '../../plan/manifest.ts'
import type {
  CrashEvidence,
  Evidence,
  FaultEvidence,
  NodeEvidence,
  StartFailureEvidence,
} from './evidence.ts'

/** A network as the doctor examines it: one that runs in this process, or the files that one has left. */
export interface Subject {
  readonly manifest: Manifest
  readonly directory: string
  /** Unix time, seconds. */
  readonly genesisTime: number
  readonly genesisValidatorsRoot: string
  readonly genesisBlockRoot: string
  readonly executionBlockHash: string
  /** False when no process has the network: then its nodes are not asked. */
  readonly isRunning: boolean
  readonly startFailure?: StartFailureEvidence | undefined
  readonly nodes: readonly SubjectNode[]
  readonly faults: readonly FaultEvidence[]
  readonly pastFault?: Evidence['pastFault']
  /** When the first node had each block of the latest slots: milliseconds from the start of its slot. */
  readonly latenessMs: readonly number[]
  /** Ends the examination. */
  readonly signal?: AbortSignal | undefined
  /** Unix time on the network's clock. */
  nowMs(): number
}

export interface SubjectNode {
  readonly plan: NodePlan
  readonly state: NodeEvidence['state']
  readonly unhinderedSinceMs?: number | undefined
  readonly crash?: CrashEvidence | undefined
  readonly beaconApi: BeaconApi
  readonly executionApi: ExecutionApi
  readonly engineUrl: string
  readonly jwtSecretFile: string
  readonly logFiles: readonly string[]
}

export function slotAt({ manifest, genesisTime }: Subject, timeMs: number): number {
  return Math.floor((timeMs - genesisTime * 1000) / manifest.chain.slotDurationMs)
}
