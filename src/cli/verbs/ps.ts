import { ControlClient } from '../../control/control-client.ts'
import { findKnownNetworks, isRunning, type KnownNetwork } from '../../control/find-networks.ts'
import type { NetworkSummary } from '../../control/protocol.ts'
import { messageOf } from '../../errors.ts'
import { type AddVerb, addOutputFlags, type Cli } from '../cli.ts'
import { table } from '../render/table.ts'

export const addPs: AddVerb = (program, cli) => {
  const command = program
    .command('ps')
    .description('list the networks that run')
    .option('-a, --all', 'also those that are stopped and kept')
  addOutputFlags(command).action((flags: { all?: boolean }) => ps(flags.all ?? false, cli))
}

/** One network in the list; of one that cannot be asked, only what its directory tells. */
interface ListedNetwork extends Omit<NetworkSummary, 'state'> {
  readonly state: NetworkSummary['state'] | 'stopped' | 'no answer' | 'in a program'
  readonly pid: number | null
  readonly startedAt: string | null
}

async function ps(isAll: boolean, { output }: Cli): Promise<void> {
  const known = await findKnownNetworks()
  const wanted = known.filter(({ pid }) => isAll || pid !== undefined)
  const networks = await Promise.all(wanted.map(list))
  for (const network of networks) output.event({ event: 'network', ...network })
  if (networks.length === 0) output.print('No network is running. Start one with `eth-localnet up`.')
  else
    output.print(
      ...table(['NAME', 'STATE', 'SLOT', 'NODES', 'PID', 'DIRECTORY'], networks.map(row), output.style),
    )
}

async function list(network: KnownNetwork): Promise<ListedNetwork> {
  const { name, directory, pid } = network
  const base = { name, directory, pid: pid ?? null, startedAt: null, activity: null, slot: null, nodes: [] }
  if (!isRunning(network)) return { ...base, state: pid === undefined ? 'stopped' : 'in a program' }
  const { startedAt } = network.control
  try {
    return { ...base, startedAt, ...(await new ControlClient(network.control).summary()) }
  } catch (error) {
    return { ...base, startedAt, state: 'no answer', activity: messageOf(error) }
  }
}

function row({ name, state, slot, nodes, pid, directory, activity }: ListedNetwork): string[] {
  const running = nodes.filter((node) => node.state === 'running').length
  return [
    name,
    state === 'starting' && activity !== null ? `${state}: ${activity}` : state,
    slot === null ? '-' : String(slot),
    nodes.length === 0 ? '-' : `${running}/${nodes.length}`,
    pid === null ? '-' : String(pid),
    directory,
  ]
}
