import { ControlClient } from '../../control/control-client.ts'
import { ControlUnreachableError } from '../../control/errors.ts'
import { RemoteError } from '../../control/wire-error.ts'
import type { Diagnosis } from '../../observe/doctor/diagnosis.ts'
import { diagnoseDirectory } from '../../observe/doctor/doctor.ts'
import { UnhealthyError } from '../../observe/doctor/errors.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { defaultName } from '../network-place.ts'
import { diagnosisText } from '../render/diagnosis-text.ts'
import { selectKnownNetwork } from '../select-network.ts'

export const addDoctor: AddVerb = (program, cli) => {
  const command = program
    .command('doctor')
    .description('say what is wrong with a network, why, and what to do; also of one that is stopped')
  addOutputFlags(addSelectionFlags(command)).action((selection: NetworkSelection) => doctor(selection, cli))
}

/** @throws {UnhealthyError} after it has printed what is wrong: it decides the exit code. */
async function doctor(selection: NetworkSelection, { output }: Cli): Promise<void> {
  const diagnosis = await examine(selection)
  output.event({ event: 'diagnosis', ...diagnosis })
  output.print(...diagnosisText(diagnosis, output.style))
  if (!diagnosis.healthy) throw new UnhealthyError(diagnosis)
}

/** By the process that runs the network where it can; otherwise from the network's directory. */
async function examine(selection: NetworkSelection): Promise<Diagnosis> {
  const { control, directory, pid } = await selectKnownNetwork(selection, defaultName)
  if (control !== undefined) {
    try {
      return await new ControlClient(control).operate('diagnose', {})
    } catch (error) {
      if (!isNotAnswered(error)) throw error
    }
  }
  return diagnoseDirectory({ directory, isHeld: pid !== undefined })
}

/** The network starts or stops just now, or the process that runs it hangs. */
function isNotAnswered(error: unknown): boolean {
  if (error instanceof ControlUnreachableError) return true
  return error instanceof RemoteError && error.code === 'wrong-state'
}
