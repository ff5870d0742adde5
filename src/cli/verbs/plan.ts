import { describeManifest } from '../../plan/describe-manifest.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { type AddVerb, addOutputFlags } from '../cli.ts'
import { addNetworkFlags } from '../network-flags.ts'
import type { Output } from '../output.ts'
import { type OptionFlags, readOptions } from '../read-options.ts'

export const addPlan: AddVerb = (program, { output }) => {
  const command = program.command('plan').description('print what `up` would start (up --dry-run)')
  addNetworkFlags(command).option('--config <file>', 'options from a .yaml, .json, .js or .ts file')
  addOutputFlags(command).action(async (flags: OptionFlags) => {
    const { manifest } = await readOptions(flags)
    printPlan(manifest, output)
  })
}

/** A table for a person; for a program all of the manifest, keys included. */
export function printPlan(manifest: Manifest, output: Output): void {
  output.print(describeManifest(manifest))
  output.event({ event: 'plan', manifest })
}
