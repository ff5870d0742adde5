import type { Command } from 'commander'
import type { Output } from './output.ts'

/** What every verb is given. */
export interface Cli {
  readonly output: Output
  /** The whole command line, verb included. */
  readonly args: readonly string[]
  /** Aborted when whoever read our output has gone, e.g. `| head`. */
  readonly outputClosed: AbortSignal
}

/** A verb adds its command to the program. */
export type AddVerb = (program: Command, cli: Cli) => void

/** The flags that every verb has. */
export function addOutputFlags(command: Command): Command {
  return command
    .option('--json', 'print one JSON object a line, each with `event`')
    .option('--debug', 'print the stack of an error as well')
}

/** Which running network a verb is for. */
export interface NetworkSelection {
  readonly name?: string
  readonly dir?: string
}

/** The flags of {@link NetworkSelection}. */
export function addSelectionFlags(command: Command): Command {
  return command
    .option('--name <name>', 'name of the network (default: the only one that runs)')
    .option('--dir <directory>', 'or its directory')
}
