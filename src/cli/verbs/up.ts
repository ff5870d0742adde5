import { inspect } from 'node:util'
import { toWireError } from '../../control/wire-error.ts'
import { DirectoryError } from '../../network/errors.ts'
import type { NetworkOptions } from '../../plan/options.ts'
import { type AddVerb, addOutputFlags, type Cli } from '../cli.ts'
import { Interruption } from '../exit-code.ts'
import { addNetworkFlags } from '../network-flags.ts'
import { choosePlace } from '../network-place.ts'
import { type OptionFlags, readOptions } from '../read-options.ts'
import { HumanUp } from '../up/human-up.ts'
import { detachedChild, startDetached } from '../up/start-detached.ts'
import { type SuperviseParameters, superviseNetwork } from '../up/supervise-network.ts'
import type { Emit } from '../up/up-event.ts'
import { printPlan } from './plan.ts'

interface UpFlags extends OptionFlags {
  readonly dir?: string
  readonly fresh?: boolean
  readonly detach?: boolean
  readonly trace?: string
  readonly dryRun?: boolean
  readonly debug?: boolean
}

export const addUp: AddVerb = (program, cli) => {
  const command = program.command('up').description('start a network, and tell of every slot')
  addNetworkFlags(command)
    .option('--config <file>', 'options from a .yaml, .json, .js or .ts file; flags go before it')
    .option('--dir <directory>', 'where to keep the network, and continue it from')
    .option('--fresh', 'remove what a network left in its directory instead of continuing it')
    .option('--trace <directory>', "write each embedded node's life as a vector of the specification")
    .option('-d, --detach', 'return when it is up; it goes on until `down`')
    .option('--dry-run', 'only print the plan')
  addOutputFlags(command).action((flags: UpFlags) => up(flags, cli))
}

async function up(flags: UpFlags, cli: Cli): Promise<void> {
  const { options, manifest } = await readOptions(flags)
  if (flags.dryRun) return printPlan(manifest, cli.output)
  const child = detachedChild()
  const isDetaching = flags.detach === true && child === undefined
  const stopHint =
    isDetaching || child !== undefined ? '`eth-localnet down`' : 'Ctrl-C, or `eth-localnet down`'
  using human = new HumanUp(cli.output, stopHint)
  const emit: Emit = (event) => {
    human.emit(event)
    cli.output.event(event)
    child?.emit(event)
  }
  if (isDetaching) return startDetached(cli.args, emit)
  try {
    const onDirectory = child?.adoptLog
    await superviseSomewhere(options, flags, {
      emit,
      outputClosed: cli.outputClosed,
      onDefect: (error) => {
        // On a terminal only for those who debug; the log of a detached network should have it.
        if (flags.debug || child !== undefined) cli.output.complain(inspect(error, { depth: 8 }))
      },
      ...(onDirectory && { onDirectory }),
    })
  } catch (error) {
    if (!(error instanceof Interruption)) await child?.flush({ event: 'error', ...toWireError(error) })
    throw error
  }
}

/** Where the name is ours to choose, one that another command took in the meantime is replaced. */
async function superviseSomewhere(
  options: NetworkOptions,
  flags: UpFlags,
  parameters: Omit<SuperviseParameters, 'place'>,
): Promise<void> {
  const taken = new Set<string>()
  for (;;) {
    const place = await choosePlace({ options, dir: flags.dir, isFresh: flags.fresh ?? false, taken })
    try {
      return await superviseNetwork({ ...parameters, place, trace: flags.trace })
    } catch (error) {
      const isTaken = error instanceof DirectoryError && error.code === 'directory-in-use'
      if (!isTaken || !place.isNameFree) throw error
      taken.add(place.name)
    }
  }
}
