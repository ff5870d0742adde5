import { ControlClient } from '../../control/control-client.ts'
import { type NodeAction, nodeActions } from '../../control/protocol.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { selectRunningNetwork } from '../select-network.ts'

const descriptions: Readonly<Record<NodeAction, string>> = {
  start: 'start a node that was stopped, killed or failed, on its own data',
  stop: 'stop a node gracefully; its data stays',
  restart: 'stop a node and start it again',
  kill: 'end a node with SIGKILL, as a crash would',
  pause: 'freeze a node (SIGSTOP)',
  resume: 'let a paused node go on (SIGCONT)',
}

/** The verbs that do one thing to one node: each is a call of the same name. */
export const addNodeActions: AddVerb = (program, cli) => {
  for (const action of nodeActions) {
    const command = program.command(`${action} <node>`).description(descriptions[action])
    addOutputFlags(addSelectionFlags(command)).action((node: string, selection: NetworkSelection) =>
      act(action, node, selection, cli),
    )
  }
}

async function act(
  action: NodeAction,
  name: string,
  selection: NetworkSelection,
  { output }: Cli,
): Promise<void> {
  const { control } = await selectRunningNetwork(selection)
  const node = await new ControlClient(control).act(name, action)
  output.event({ event: 'node', ...node })
  output.print(`${node.name} is ${node.state}.`)
}
