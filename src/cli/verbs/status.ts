import { ControlClient } from '../../control/control-client.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type NetworkSelection } from '../cli.ts'
import { statusText } from '../render/status-text.ts'
import { selectRunningNetwork } from '../select-network.ts'

export const addStatus: AddVerb = (program, { output }) => {
  const command = program
    .command('status')
    .description('show what every node of a network says: head, finality, peers')
  addOutputFlags(addSelectionFlags(command)).action(async (selection: NetworkSelection) => {
    const { control } = await selectRunningNetwork(selection)
    const status = await new ControlClient(control).status()
    output.event({ event: 'status', ...status })
    output.print(...statusText(status, output.style))
  })
}
