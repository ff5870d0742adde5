import { processClients } from '../../clients/registry.ts'
import { messageOf } from '../../errors.ts'
import { nearestOf } from '../../plan/nearest.ts'
import { OptionError } from '../../plan/option-error.ts'
import type { BinarySource } from '../../processes/binaries/binary-source.ts'
import { InvalidBinaryError } from '../../processes/binaries/errors.ts'
import { lookUpClient } from '../../processes/binaries/find-client.ts'
import type { FoundClient } from '../../processes/binaries/found-client.ts'
import { installClient } from '../../processes/binaries/install-client.ts'
import { describeProgress, type InstallProgress } from '../../processes/binaries/install-progress.ts'
import { type AddVerb, addOutputFlags, type Cli } from '../cli.ts'
import { Interrupts } from '../interrupts.ts'
import type { Output } from '../output.ts'

export const addClients: AddVerb = (program, cli) => {
  const clients = program.command('clients').description('show which clients were found, and where')
  addOutputFlags(clients).action(() => list(cli))
  const install = clients
    .command('install [clients...]')
    .description('get clients into the cache: from their releases, or built from pinned sources')
  addOutputFlags(install).action((names: string[]) => installAll(names, cli))
}

function sources(): BinarySource[] {
  return processClients().map(({ binaries }) => binaries)
}

async function list({ output }: Cli): Promise<void> {
  for (const source of sources()) {
    const { client, version } = source
    try {
      const { found, notes } = await lookUpClient(source)
      if (found !== undefined) show(found, source, output)
      else {
        output.event({ event: 'client', client, wantedVersion: version, found: null, notes })
        const places = notes.map(({ place, result }) => `  ${place}: ${result}`)
        output.print(`${client}  not found; \`eth-localnet clients install\` gets ${version}`, ...places)
      }
    } catch (error) {
      // A path that the user named and that is wrong must not hide the other clients.
      if (!(error instanceof InvalidBinaryError)) throw error
      const notes = [{ place: 'environment', result: messageOf(error) }]
      output.event({ event: 'client', client, wantedVersion: version, found: null, notes })
      output.print(`${client}  ${error.shortMessage}`)
    }
  }
}

function show(found: FoundClient, { version }: BinarySource, output: Output): void {
  const { client } = found
  output.event({ event: 'client', client, wantedVersion: version, found, notes: [] })
  const remark = found.isPinnedVersion ? '' : `  (this package is tested with ${version})`
  output.print(
    `${output.style('bold', client)}  ${found.version}${remark}`,
    ...found.binaries.map((binary) => {
      const made = binary.madeBy === undefined ? '' : `, ${binary.madeBy}`
      return `  ${binary.name}  ${binary.version}  ${binary.path}  (${binary.origin}${made})`
    }),
  )
}

async function installAll(names: readonly string[], { output }: Cli): Promise<void> {
  using interrupts = new Interrupts({ onRepeat: ({ exitCode }) => process.exit(exitCode) })
  for (const source of chosen(names)) {
    const onProgress = progressPrinter(output)
    try {
      const found = await installClient(source, { signal: interrupts.signal, onProgress })
      output.redraw('')
      show(found, source, output)
    } catch (error) {
      output.redraw('')
      throw error
    }
  }
}

function chosen(names: readonly string[]): BinarySource[] {
  const all = sources()
  const known = all.map(({ client }) => client)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new OptionError({
      field: 'clients',
      problem: 'there is no such client',
      given: unknown,
      allowed: known.join(', '),
      nearest: nearestOf(unknown, known),
    })
  }
  return names.length === 0 ? all : all.filter(({ client }) => names.includes(client))
}

/** Draws over where it can; else a line for each change of what is done. */
function progressPrinter(output: Output): (progress: InstallProgress) => void {
  let last = ''
  return (progress) => {
    const text = describeProgress(progress)
    output.event({ event: 'progress', stage: 'clients', message: text, ...progress })
    output.redraw(text.slice(0, output.columns - 1))
    const step = `${progress.phase} ${progress.detail}`
    if (!output.isInteractive && step !== last) output.print(text)
    last = step
  }
}
