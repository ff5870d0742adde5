import { planNetwork } from '../network/start-network.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { NetworkOptions } from '../plan/options.ts'
import { loadConfigFile } from './config-file.ts'
import { type NetworkFlags, networkOptionsOf, withSource } from './network-flags.ts'

export interface OptionFlags extends NetworkFlags {
  /** Path of a configuration file. */
  readonly config?: string
}

/** What is asked for, and what it comes to. */
export interface PlannedOptions {
  readonly options: NetworkOptions
  readonly manifest: Manifest
}

/**
 * The options that the command line and its configuration file ask for together, planned.
 *
 * @throws {BaseError} of the category `options`, naming the flag or the file that is to be changed.
 */
export async function readOptions(flags: OptionFlags): Promise<PlannedOptions> {
  try {
    const file = flags.config === undefined ? {} : await loadConfigFile(flags.config)
    const options = networkOptionsOf(flags, file)
    return { options, manifest: planNetwork(options) }
  } catch (error) {
    throw withSource(error, flags, flags.config)
  }
}
