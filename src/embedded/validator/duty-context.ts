import type { BeaconConfig } from '@lodestar/config'
import type { Conducts } from './conducts.ts'
import type { DutiesApi } from './duties-api.ts'
import type { DutyReport } from './duty-report.ts'
import type { DutyRoster } from './duty-roster.ts'
import type { Signer } from './signer.ts'

/** What every duty works with. */
export interface DutyContext {
  readonly api: DutiesApi
  readonly config: BeaconConfig
  readonly signer: Signer
  readonly roster: DutyRoster
  readonly report: DutyReport
  readonly conducts: Conducts
  /** False once the validators were stopped: what takes long asks again before it signs. */
  readonly isRunning: () => boolean
}
