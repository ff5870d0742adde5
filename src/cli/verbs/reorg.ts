import { reorgProof } from '../../faults/on-demand/on-demand-operations.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { parseInteger } from '../flag-values.ts'
import { watchJob } from '../watch-job.ts'

interface ReorgFlags extends NetworkSelection {
  readonly depth: string
}

export const addReorg: AddVerb = (program, cli) => {
  const command = program
    .command('reorg')
    .description('make some nodes build a branch and lose it')
    .option('--depth <slots>', 'from the common ancestor to the old head', '1')
  addOutputFlags(addSelectionFlags(command)).action((flags: ReorgFlags) => reorg(flags, cli))
}

async function reorg(flags: ReorgFlags, { output }: Cli): Promise<void> {
  const depth = parseInteger('--depth', flags.depth)
  const job = { name: 'reorg', parameters: { depth }, proof: reorgProof } as const
  const proof = await watchJob(job, flags, output)
  const { oldHead, newHead, commonAncestor, nodes } = proof
  output.event({ event: 'reorg', ...proof })
  output.print(
    `Reorged ${nodes.join(', ')}, ${proof.depth} slots deep.`,
    `  old head         slot ${oldHead.slot}  ${oldHead.root}`,
    `  new head         slot ${newHead.slot}  ${newHead.root}`,
    `  common ancestor  slot ${commonAncestor.slot}  ${commonAncestor.root}`,
  )
}
