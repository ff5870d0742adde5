import type { Command } from 'commander'
import { ControlClient } from '../../control/control-client.ts'
import type { OperationParameters } from '../../control/operations.ts'
import type { FaultDescription } from '../../faults/fault-operations.ts'
import { OptionError } from '../../plan/option-error.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { parseBandwidthKbps, parseGroup, parsePercent, parseShare, parseSkewMs } from '../fault-values.ts'
import { parseDurationMs } from '../flag-values.ts'
import { makeFault } from '../make-fault.ts'
import { faultLine } from '../render/fault-line.ts'
import { selectRunningNetwork } from '../select-network.ts'

interface LayerFlags {
  readonly layer?: string
}

/** The verbs that make faults on a running network, list them and end them. */
export const addFaults: AddVerb = (program, cli) => {
  addPartition(program, cli)
  addIsolate(program, cli)
  addBridge(program, cli)
  addLink(program, cli)
  addSkew(program, cli)
  addHeal(program, cli)
  addList(program, cli)
}

function addPartition(program: Command, cli: Cli): void {
  const command = program
    .command('partition [groups...]')
    .description(
      'keep groups of nodes apart: node-0,node-1 node-2,node-3; unnamed nodes form a further group',
    )
    .option(
      '--minority <share>',
      'or choose by stake: cut off nodes that hold at most this share, such as 1/3',
    )
  addFaultFlags(command).action(
    (names: string[], flags: NetworkSelection & LayerFlags & { readonly minority?: string }) => {
      if (flags.minority !== undefined && names.length > 0) {
        throw new OptionError({ field: '--minority', allowed: 'either groups or --minority' })
      }
      const chosen =
        flags.minority === undefined
          ? { groups: names.map((text) => parseGroup('groups', text)) }
          : { minority: parseShare('--minority', flags.minority) }
      return makeFault('partition', { ...chosen, ...layersOf(flags) }, flags, cli)
    },
  )
}

function addIsolate(program: Command, cli: Cli): void {
  const command = program.command('isolate <node>').description('cut all links of a node')
  addFaultFlags(command).action((node: string, flags: NetworkSelection & LayerFlags) =>
    makeFault('isolate', { node, ...layersOf(flags) }, flags, cli),
  )
}

function addBridge(program: Command, cli: Cli): void {
  const command = program
    .command('bridge <a> <b>')
    .description('keep two groups apart but for one node: node-0,node-1 node-3 --via node-2')
    .requiredOption('--via <node>', 'the node that joins them')
  addFaultFlags(command).action(
    (a: string, b: string, flags: NetworkSelection & LayerFlags & { readonly via: string }) => {
      const sides = { a: parseGroup('a', a), b: parseGroup('b', b), via: flags.via }
      return makeFault('bridge', { ...sides, ...layersOf(flags) }, flags, cli)
    },
  )
}

interface LinkFlags extends NetworkSelection, LayerFlags {
  readonly cut?: boolean
  readonly latency?: string
  readonly jitter?: string
  readonly loss?: string
  readonly bandwidth?: string
  readonly oneWay?: boolean
}

function addLink(program: Command, cli: Cli): void {
  const command = program
    .command('link <a> <b>')
    .description('cut the link between two nodes, or make it worse')
    .option('--cut', 'disconnect them')
    .option('--latency <duration>', 'delay what crosses: 50ms')
    .option('--jitter <duration>', 'delay it by up to this as well, anew each time')
    .option('--loss <percent>', 'lose messages, or packets between processes')
    .option('--bandwidth <rate>', 'hold up what is more: 500kbit, 2mbit')
    .option('--one-way', 'only from <a> to <b>')
  addFaultFlags(command).action((a: string, b: string, flags: LinkFlags) => {
    const { latency, jitter, loss, bandwidth } = flags
    const parameters = {
      ...{ a, b, ...layersOf(flags) },
      ...(flags.cut && { cut: true }),
      ...(latency !== undefined && { latencyMs: parseDurationMs('--latency', latency) }),
      ...(jitter !== undefined && { jitterMs: parseDurationMs('--jitter', jitter) }),
      ...(loss !== undefined && { lossPercent: parsePercent('--loss', loss) }),
      ...(bandwidth !== undefined && { bandwidthKbps: parseBandwidthKbps('--bandwidth', bandwidth) }),
      ...(flags.oneWay && { direction: 'forward' as const }),
    }
    return makeFault('link', parameters, flags, cli)
  })
}

function addSkew(program: Command, cli: Cli): void {
  const command = program
    .command('skew <node>')
    .description('make the clock of an embedded node wrong')
    .option('--ahead <duration>', 'by this much ahead: 2s')
    .option('--behind <duration>', 'by this much behind')
  addOutputFlags(addSelectionFlags(command)).action(
    (node: string, flags: NetworkSelection & { readonly ahead?: string; readonly behind?: string }) =>
      makeFault('skew', { node, skewMs: parseSkewMs(flags) }, flags, cli),
  )
}

function addHeal(program: Command, cli: Cli): void {
  const command = program
    .command('heal [fault]')
    .description('end all faults but those of nodes that do not run, or the one that is named: partition-1')
  addOutputFlags(addSelectionFlags(command)).action((fault: string | undefined, flags: NetworkSelection) =>
    list('heal', fault === undefined ? {} : { fault }, flags, cli),
  )
}

function addList(program: Command, cli: Cli): void {
  const command = program.command('faults').description('list the faults in force')
  addOutputFlags(addSelectionFlags(command)).action((flags: NetworkSelection) =>
    list('faults', {}, flags, cli),
  )
}

function addFaultFlags(command: Command): Command {
  return addOutputFlags(addSelectionFlags(command)).option(
    '--layer <layer>',
    'on the execution or the consensus layer only (default: both)',
  )
}

function layersOf({ layer }: LayerFlags): { layers?: ('execution' | 'consensus')[] } {
  if (layer === undefined) return {}
  if (layer === 'execution' || layer === 'consensus') return { layers: [layer] }
  throw new OptionError({ field: '--layer', given: layer, allowed: 'execution, consensus' })
}

/** Does something, and tells which faults are in force after it. */
async function list<Name extends 'heal' | 'faults'>(
  name: Name,
  parameters: OperationParameters<Name>,
  selection: NetworkSelection,
  { output }: Cli,
): Promise<void> {
  const { control } = await selectRunningNetwork(selection)
  const { faults }: { faults: readonly FaultDescription[] } = await new ControlClient(control).operate(
    name,
    parameters,
  )
  output.event({ event: 'faults', faults })
  output.print(...(faults.length === 0 ? ['There are no faults in force.'] : faults.map(faultLine)))
}
