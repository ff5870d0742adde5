import type { z } from 'zod'
import { faultOperations } from '../faults/fault-operations.ts'
import { misconductOperations } from '../faults/misbehaviour/misconduct-operations.ts'
import { onDemandOperations } from '../faults/on-demand/on-demand-operations.ts'
import type { Network } from '../network/network.ts'
import { checkOperations } from '../observe/check-operations.ts'
import { doctorOperations } from '../observe/doctor/doctor-operations.ts'
import { nearestOf } from '../plan/nearest.ts'
import { optionErrorFrom } from '../plan/schema-issue.ts'
import { ControlRequestError } from './errors.ts'
import type { Operation } from './operation.ts'

/**
 * All operations of a running network, by name. The control server answers each at
 * `POST /api/operations/<name>`, and `ControlClient.operate` is typed by this table.
 */
export const operations = {
  ...faultOperations,
  ...misconductOperations,
  ...onDemandOperations,
  ...checkOperations,
  ...doctorOperations,
}

type Operations = typeof operations
export type OperationName = keyof Operations
export type OperationParameters<Name extends OperationName> = z.input<Operations[Name]['parameters']>
export type OperationResult<Name extends OperationName> = z.output<Operations[Name]['result']>

/**
 * Does on a network what was asked for from outside.
 *
 * @throws {ControlRequestError} for an operation that there is not.
 * @throws {OptionError} for parameters that it does not take.
 */
export async function runOperation(
  network: Network,
  { name, parameters, signal }: { name: string; parameters: unknown; signal: AbortSignal },
): Promise<object> {
  const found = operationNamed(name)
  const checked = found.parameters.safeParse(parameters)
  if (!checked.success) throw optionErrorFrom(checked.error, parameters)
  return found.run(network, checked.data, signal)
}

function operationNamed(name: string): Operation {
  // What is in the table takes what its own schema gives, but the compiler cannot follow that by a name.
  if (Object.hasOwn(operations, name)) return operations[name as OperationName] as unknown as Operation
  const names = Object.keys(operations)
  const nearest = nearestOf(name, names)
  throw new ControlRequestError(
    404,
    'operation-unknown',
    `A network cannot ${JSON.stringify(name.slice(0, 60))}.`,
    nearest === undefined ? `Operations: ${names.join(', ')}` : `Did you mean ${nearest}?`,
  )
}
