import { ControlClient } from '../control/control-client.ts'
import type { OperationName, OperationParameters } from '../control/operations.ts'
import type { FaultDescription } from '../faults/fault-operations.ts'
import type { Cli, NetworkSelection } from './cli.ts'
import { faultLine } from './render/fault-line.ts'
import { selectRunningNetwork } from './select-network.ts'

type FaultMaker = Extract<
  OperationName,
  'partition' | 'isolate' | 'bridge' | 'link' | 'skew' | 'misbehave' | 'engine'
>

/** Makes a fault on a running network, and tells of it once it was observed. */
export async function makeFault<Name extends FaultMaker>(
  name: Name,
  parameters: OperationParameters<Name>,
  selection: NetworkSelection,
  { output }: Cli,
): Promise<void> {
  const { control } = await selectRunningNetwork(selection)
  const result: { fault: FaultDescription } = await new ControlClient(control).operate(name, parameters)
  output.event({ event: 'fault', ...result.fault })
  output.print(faultLine(result.fault), `End it with \`eth-localnet heal ${result.fault.id}\`.`)
}
