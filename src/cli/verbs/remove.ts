import { ControlClient } from '../../control/control-client.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type NetworkSelection } from '../cli.ts'
import { selectRunningNetwork } from '../select-network.ts'

export const addRemove: AddVerb = (program, { output }) => {
  const command = program
    .command('remove <node>')
    .description('stop a node for good and delete its data; its validators stay on the chain, offline')
  addOutputFlags(addSelectionFlags(command)).action(async (name: string, selection: NetworkSelection) => {
    const { control } = await selectRunningNetwork(selection)
    await new ControlClient(control).removeNode(name)
    output.event({ event: 'removed', name })
    output.print(`${name} is removed.`)
  })
}
