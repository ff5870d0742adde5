import { ControlClient } from '../../control/control-client.ts'
import { OptionError } from '../../plan/option-error.ts'
import type { AddedNodeOptions } from '../../plan/options.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { parseClients } from '../flag-values.ts'
import { nodeTable } from '../render/ready-text.ts'
import { selectRunningNetwork } from '../select-network.ts'

interface AddFlags extends NetworkSelection {
  readonly clients?: string
  readonly peers?: string
}

export const addAdd: AddVerb = (program, cli) => {
  const command = program
    .command('add [node]')
    .description('add a node without validators, which syncs from its peers')
    .option('--clients <pair>', 'execution/consensus (default: those of the oldest node)')
    .option('--peers <nodes>', 'names of its peers: node-0,node-2 (default: the two with the fewest)')
  addOutputFlags(addSelectionFlags(command)).action((node: string | undefined, flags: AddFlags) =>
    add(node, flags, cli),
  )
}

async function add(name: string | undefined, flags: AddFlags, { output }: Cli): Promise<void> {
  const options = addedNodeOptions(name, flags)
  const { control } = await selectRunningNetwork(flags)
  const node = await new ControlClient(control).addNode(options)
  output.event({ event: 'node', ...node })
  output.print(`${node.name} is ${node.state}.`, '', ...nodeTable({ nodes: [node] }, output.style))
}

function addedNodeOptions(name: string | undefined, { clients, peers }: AddFlags): AddedNodeOptions {
  const pairs = clients === undefined ? [] : parseClients('--clients', clients)
  const [pair] = pairs
  if (pairs.length > 1 || pair?.count !== undefined) {
    throw new OptionError({
      field: '--clients',
      problem: 'one node is added at a time',
      given: clients,
      allowed: 'one pair without a count, such as geth/prysm',
    })
  }
  return {
    ...(name !== undefined && { name }),
    ...(pair && { execution: pair.execution, consensus: pair.consensus }),
    ...(peers !== undefined && { peers: peers.split(',') }),
  }
}
