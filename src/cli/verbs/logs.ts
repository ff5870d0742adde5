import { setTimeout as delay } from 'node:timers/promises'
import { UnknownNodeError } from '../../network/errors.ts'
import { nearestOf } from '../../plan/nearest.ts'
import { OptionError } from '../../plan/option-error.ts'
import { type AddVerb, addOutputFlags, addSelectionFlags, type Cli, type NetworkSelection } from '../cli.ts'
import { parseInteger } from '../flag-values.ts'
import { Interrupts } from '../interrupts.ts'
import { type LogLine, NetworkLogs } from '../logs/network-logs.ts'
import { defaultName } from '../network-place.ts'
import { selectKnownNetwork } from '../select-network.ts'

const defaultLines = 20
const maxLines = 1_000_000
const pollMs = 200

interface LogsFlags extends NetworkSelection {
  readonly follow?: boolean
  readonly lines?: string
}

export const addLogs: AddVerb = (program, cli) => {
  const command = program
    .command('logs [node]')
    .description('print what the clients logged, also of a network that is stopped')
    .option('-f, --follow', 'go on with what they log from now on')
    .option('-n, --lines <count>', `lines of each process (default ${defaultLines})`)
  addOutputFlags(addSelectionFlags(command)).action((node: string | undefined, flags: LogsFlags) =>
    logs(node, flags, cli),
  )
}

async function logs(node: string | undefined, flags: LogsFlags, cli: Cli): Promise<void> {
  const count = lineCount(flags)
  const { directory } = await selectKnownNetwork(flags, defaultName)
  const all = new NetworkLogs(directory)
  if (node !== undefined) demandNode(node, await all.nodeNames())
  const chosen = node === undefined ? all : new NetworkLogs(directory, [node])
  print(await chosen.readLast(count), cli)
  if (!flags.follow) return
  using interrupts = new Interrupts()
  const end = AbortSignal.any([interrupts.signal, cli.outputClosed])
  while (!end.aborted) {
    print(await chosen.readNew(), cli)
    await delay(pollMs, undefined, { signal: end }).catch(() => {})
  }
  interrupts.signal.throwIfAborted()
}

function lineCount({ lines }: LogsFlags): number {
  if (lines === undefined) return defaultLines
  const count = parseInteger('--lines', lines)
  if (count >= 0 && count <= maxLines) return count
  throw new OptionError({ field: '--lines', given: count, allowed: `an integer from 0 to ${maxLines}` })
}

function demandNode(name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new UnknownNodeError(name, known, nearestOf(name, known))
}

function print(lines: readonly LogLine[], { output }: Cli): void {
  for (const { node, process, line } of lines) {
    output.event({ event: 'log', node, process, line })
    output.print(`${output.style('cyan', `${node} ${process} |`)} ${line}`)
  }
}
