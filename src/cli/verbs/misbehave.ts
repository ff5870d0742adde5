import { deedKinds } from '../../embedded/validator/deed.ts'
import { checkedDeed, checkedEngineFault } from '../../faults/misbehaviour/checked-misconduct.ts'
import { OptionError } from '../../plan/option-error.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { parseDurationMs, parseInteger } from '../flag-values.ts'
import { makeFault } from '../make-fault.ts'

interface MisbehaveFlags extends NetworkSelection {
  readonly by?: string
  readonly slotsBack?: string
  readonly untilSlot?: string
  readonly audience?: string
  readonly reported?: boolean
  readonly from?: string
  readonly until?: string
}

interface EngineFlags extends NetworkSelection {
  readonly delay?: string
  readonly methods?: string
}

/** The verbs that make validators and execution clients misbehave. */
export const addMisbehave: AddVerb = (program, cli) => {
  const misbehaving = program
    .command('misbehave <who> <deed>')
    .description(`have validators (node-0,node-1 or 3,17) do: ${deedKinds.join(', ')}`)
    .option('--by <duration>', 'late-block: after the start of the slot, such as 1500ms')
    .option('--until-slot <slot>', 'withheld-block: published in that slot (default: never)')
    .option('--audience <who>', 'equivocating-block: split or all')
    .option('--slots-back <n>', 'wrong-head: age of the block that is voted for')
    .option('--reported', 'equivocations: a slasher publishes the proof')
    .option('--from <slot>', 'first slot (default: the next duty)')
    .option('--until <slot>', 'first slot in which they are honest again (default: until it is healed)')
  addOutputFlags(addSelectionFlags(misbehaving)).action((who: string, deed: string, flags: MisbehaveFlags) =>
    misbehave(who, deed, flags, cli),
  )
  const disturbing = program
    .command('engine <node> <fault>')
    .description('have an execution client answer its consensus client: syncing, invalid, slow, silent')
    .option('--delay <duration>', 'slow: how late, such as 2s')
    .option('--methods <names>', 'newPayload,forkchoiceUpdated,getPayload (default: by the fault)')
  addOutputFlags(addSelectionFlags(disturbing)).action((node: string, fault: string, flags: EngineFlags) =>
    disturb(node, fault, flags, cli),
  )
}

function misbehave(who: string, kind: string, flags: MisbehaveFlags, cli: Cli): Promise<void> {
  const { by, slotsBack, untilSlot, audience, reported, from, until } = flags
  const deed = checkedDeed({
    kind,
    ...(by !== undefined && { byMs: parseDurationMs('--by', by) }),
    ...(slotsBack !== undefined && { slotsBack: parseInteger('--slots-back', slotsBack) }),
    ...(untilSlot !== undefined && { untilSlot: parseInteger('--until-slot', untilSlot) }),
    ...(audience !== undefined && { audience }),
    ...(reported !== undefined && { isReported: reported }),
  })
  const slots = {
    ...(from !== undefined && { from: parseInteger('--from', from) }),
    ...(until !== undefined && { until: parseInteger('--until', until) }),
  }
  return makeFault('misbehave', { ...whoOf(who), deed, ...slots }, flags, cli)
}

/** Names of nodes, or indices of validators. */
function whoOf(who: string): { readonly nodes: string[] } | { readonly validators: number[] } {
  const parts = who.split(',')
  const areIndices = parts.map((part) => /^\d+$/.test(part))
  if (areIndices.every(Boolean)) return { validators: parts.map((part) => parseInteger('who', part)) }
  if (!areIndices.some(Boolean)) return { nodes: parts }
  throw new OptionError({
    field: 'who',
    problem: 'it mixes nodes and validators',
    given: who,
    allowed: 'names of nodes, or indices of validators',
  })
}

function disturb(node: string, kind: string, flags: EngineFlags, cli: Cli): Promise<void> {
  const { delay, methods } = flags
  const fault = checkedEngineFault({
    kind,
    ...(delay !== undefined && { delayMs: parseDurationMs('--delay', delay) }),
    ...(methods !== undefined && { methods: methods.split(',') }),
  })
  return makeFault('engine', { node, fault }, flags, cli)
}
