import { ControlClient } from '../../control/control-client.ts'
import { type CheckBounds, checkBoundsSchema } from '../../observe/checkers/check-bounds.ts'
import type { CheckResult } from '../../observe/checkers/check-result.ts'
import { checkHistory } from '../../observe/checkers/checkers.ts'
import { UnhealthyError } from '../../observe/errors.ts'
import { readHistory } from '../../observe/file/read-history.ts'
import { OptionError } from '../../plan/option-error.ts'
import { optionErrorFrom } from '../../plan/schema-issue.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { parseInteger } from '../flag-values.ts'
import { checkText } from '../render/check-text.ts'
import { selectRunningNetwork } from '../select-network.ts'

interface CheckFlags extends NetworkSelection {
  readonly headsWithinSlots?: number
  readonly finalityWithinEpochs?: number
  readonly targetShareMin?: number
  readonly missedShareMax?: number
  readonly reorgsPerEpochMax?: number
  readonly settleEpochs?: number
}

interface Checked {
  readonly results: readonly CheckResult[]
  readonly path: string
  readonly seed: number
}

export const addCheck: AddVerb = (program, cli) => {
  const command = program
    .command('check [history]')
    .description('check safety, liveness and performance of a network, or of a saved history.jsonl')
    .option(
      '--heads-within-slots <n>',
      'slots after a heal until all share a head',
      integerOf('heads-within-slots'),
    )
    .option(
      '--finality-within-epochs <n>',
      'epochs within which finality advances',
      integerOf('finality-within-epochs'),
    )
    .option(
      '--target-share-min <share>',
      'stake that votes for the right target',
      shareOf('target-share-min'),
    )
    .option('--missed-share-max <share>', 'slots of an epoch without a block', shareOf('missed-share-max'))
    .option('--reorgs-per-epoch-max <n>', 'heads abandoned in an epoch', integerOf('reorgs-per-epoch-max'))
    .option(
      '--settle-epochs <n>',
      'epochs after a fault that are not judged by performance',
      integerOf('settle-epochs'),
    )
  addOutputFlags(addSelectionFlags(command)).action((history: string | undefined, flags: CheckFlags) =>
    check(history, flags, cli),
  )
}

/** @throws {UnhealthyError} when a check fails. */
async function check(history: string | undefined, flags: CheckFlags, { output }: Cli): Promise<void> {
  const bounds = boundsOf(flags)
  const checked = history === undefined ? await checkNetwork(flags, bounds) : await checkFile(history, bounds)
  for (const result of checked.results) output.event({ event: 'check', ...result })
  output.print(...checkText(checked.results, output.style))
  if (checked.results.some(({ verdict }) => verdict === 'fail'))
    throw new UnhealthyError(checked.results, checked)
}

async function checkNetwork(selection: NetworkSelection, bounds: CheckBounds): Promise<Checked> {
  const { control } = await selectRunningNetwork(selection)
  return new ControlClient(control).operate('check', bounds)
}

async function checkFile(path: string, bounds: CheckBounds): Promise<Checked> {
  let seed = 0
  async function* records() {
    for await (const record of readHistory(path)) {
      if (record.type === 'run') seed = record.seed
      yield record
    }
  }
  return {
    results: await checkHistory(records(), bounds),
    path,
    get seed() {
      return seed
    },
  }
}

function boundsOf(flags: CheckFlags): CheckBounds {
  const { headsWithinSlots, finalityWithinEpochs, targetShareMin, missedShareMax } = flags
  const { reorgsPerEpochMax, settleEpochs } = flags
  const given = {
    headsWithinSlots,
    finalityWithinEpochs,
    targetShareMin,
    missedShareMax,
    reorgsPerEpochMax,
    settleEpochs,
  }
  const bounds = checkBoundsSchema.safeParse(given)
  if (bounds.success) return bounds.data
  throw optionErrorFrom(bounds.error, given)
}

function integerOf(flag: string): (text: string) => number {
  return (text) => parseInteger(`--${flag}`, text)
}

function shareOf(flag: string): (text: string) => number {
  return (text) => {
    if (/^\d(\.\d{1,6})?$/.test(text)) return Number(text)
    throw new OptionError({ field: `--${flag}`, given: text, allowed: 'a share from 0 to 1, such as 0.95' })
  }
}
