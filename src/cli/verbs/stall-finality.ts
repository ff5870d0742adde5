import { stallProof } from '../../faults/on-demand/on-demand-operations.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { parseInteger } from '../flag-values.ts'
import { watchJob } from '../watch-job.ts'

interface StallFlags extends NetworkSelection {
  readonly epochs: string
}

export const addStallFinality: AddVerb = (program, cli) => {
  const command = program
    .command('stall-finality')
    .description('keep the chain from finalizing for some epochs, and watch it recover')
    .option('--epochs <n>', 'whole epochs', '2')
  addOutputFlags(addSelectionFlags(command)).action((flags: StallFlags) => stall(flags, cli))
}

async function stall(flags: StallFlags, { output }: Cli): Promise<void> {
  const epochs = parseInteger('--epochs', flags.epochs)
  const job = { name: 'stall-finality', parameters: { epochs }, proof: stallProof } as const
  const proof = await watchJob(job, flags, output)
  const { from, until, finalizedBefore, finalizedAfter } = proof
  output.event({ event: 'stall-finality', ...proof })
  output.print(
    `Finality stood at epoch ${finalizedBefore} from epoch ${from} until epoch ${until}.`,
    `Epoch ${finalizedAfter} is finalized on every node now.`,
  )
}
