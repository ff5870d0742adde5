import { slashingKinds } from '../../faults/misbehaviour/slashings.ts'
import { slashProof } from '../../faults/on-demand/on-demand-operations.ts'
import { OptionError } from '../../plan/option-error.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { parseInteger } from '../flag-values.ts'
import { watchJob } from '../watch-job.ts'

interface SlashFlags extends NetworkSelection {
  readonly kind?: string
}

export const addSlash: AddVerb = (program, cli) => {
  const command = program
    .command('slash <validator>')
    .description('sign a contradiction with a validator’s key, and watch it being slashed')
    .option('--kind <kind>', `${slashingKinds.join(', ')} (default: ${slashingKinds[0]})`)
  addOutputFlags(addSelectionFlags(command)).action((validator: string, flags: SlashFlags) =>
    slash(validator, flags, cli),
  )
}

async function slash(given: string, flags: SlashFlags, { output }: Cli): Promise<void> {
  const validator = parseInteger('validator', given)
  const kind = slashingKinds.find((one) => one === flags.kind)
  if (flags.kind !== undefined && kind === undefined) {
    throw new OptionError({ field: '--kind', given: flags.kind, allowed: slashingKinds.join(', ') })
  }
  const job = { name: 'slash', parameters: { validator, kind }, proof: slashProof } as const
  const proof = await watchJob(job, flags, output)
  output.event({ event: 'slash', ...proof })
  output.print(
    `Validator ${proof.validator} was slashed in slot ${proof.slot}, block ${proof.blockRoot}.`,
    `It leaves in epoch ${proof.exitEpoch}. Seen on ${proof.nodes.join(', ')}.`,
  )
}
