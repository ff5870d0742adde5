import { setTimeout as delay } from 'node:timers/promises'
import { ControlClient } from '../../control/control-client.ts'
import { isSupervisorAlive } from '../../control/control-file.ts'
import { ControlUnreachableError, NetworkSelectionError } from '../../control/errors.ts'
import { findRunningNetworks, type RunningNetwork } from '../../control/find-networks.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { selectRunningNetwork } from '../select-network.ts'

const pollMs = 50
/** Longer than the stop of a node whose processes must all be killed in the end. */
const stopDeadlineMs = 90_000

interface DownFlags extends NetworkSelection {
  readonly all?: boolean
}

export const addDown: AddVerb = (program, cli) => {
  const command = program
    .command('down')
    .description('stop a network and wait until its processes are gone; named ones can be continued')
    .option('--all', 'every network that runs')
  addOutputFlags(addSelectionFlags(command)).action((flags: DownFlags) => down(flags, cli))
}

async function down(flags: DownFlags, { output }: Cli): Promise<void> {
  const networks = flags.all ? await findRunningNetworks() : await selectOne(flags)
  if (networks.length === 0) output.print('No network is running.')
  const outcomes = await Promise.allSettled(
    networks.map(async (network) => {
      await stop(network)
      const { name, directory } = network
      output.event({ event: 'stopped', name, directory })
      output.print(`${name} is stopped. Its files are in ${directory}`)
    }),
  )
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** That nothing runs is what was wanted, not a failure. */
async function selectOne(selection: NetworkSelection): Promise<RunningNetwork[]> {
  try {
    return [await selectRunningNetwork(selection)]
  } catch (error) {
    if (error instanceof NetworkSelectionError && error.code === 'no-network') return []
    throw error
  }
}

async function stop({ name, control }: RunningNetwork): Promise<void> {
  const deadline = performance.now() + stopDeadlineMs
  await new ControlClient(control).stop()
  while (isSupervisorAlive(control)) {
    if (performance.now() > deadline) {
      const reason = `it was asked to stop ${stopDeadlineMs / 1000} s ago and still runs`
      throw new ControlUnreachableError({ network: name, pid: control.pid, reason })
    }
    await delay(pollMs)
  }
}
