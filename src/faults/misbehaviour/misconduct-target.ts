import type { EngineFault } from '../../embedded/engine/engine-fault.ts'
import type { DeedOrder } from '../../embedded/validator/deed.ts'
import type { SlotClock } from '../../network/slot-clock.ts'
import type { HistoryRecord } from '../../observe/history-record.ts'
import type { Manifest } from '../../plan/manifest.ts'

/** The network whose validators and execution clients misbehave, as far as that needs it. */
export interface MisconductTarget {
  readonly manifest: Manifest
  readonly clock: SlotClock
  record(record: HistoryRecord): void
  /** Gives an order to a node's validators, or takes it back. @throws {FaultError} where that cannot be done */
  setMisbehaviour(node: string, id: string, order: DeedOrder | undefined): Promise<void>
  /** Puts a fault on a node's Engine API, or ends it. @throws {FaultError} where that cannot be done */
  setEngineFault(node: string, id: string, fault: EngineFault | undefined): Promise<void>
}
