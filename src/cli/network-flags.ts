import type { Command } from 'commander'
import { BaseError } from '../errors.ts'
import { defaultNodeCount } from '../plan/node-drafts.ts'
import { OptionError } from '../plan/option-error.ts'
import type { NetworkOptions, NodeOptions, ValidatorsOptions } from '../plan/options.ts'
import {
  parseBalanceGwei,
  parseClients,
  parseDistribution,
  parseDurationMs,
  parseForks,
  parseInteger,
  parseTopology,
} from './flag-values.ts'

/** The flags that say which network it is to be, as text from the command line. */
export interface NetworkFlags {
  readonly name?: string
  readonly nodes?: string
  readonly clients?: string
  readonly validators?: string
  readonly distribution?: string
  readonly validatorBalance?: string
  readonly topology?: string
  readonly slotDuration?: string
  readonly slotsPerEpoch?: string
  readonly fork?: readonly string[]
  readonly preset?: string
  readonly chainId?: string
  readonly time?: string
  readonly seed?: string
}

/** Adds the flags of {@link NetworkFlags} to a command. */
export function addNetworkFlags(command: Command): Command {
  return command
    .option('--name <name>', 'name of the network; its directory is kept, and continued next time')
    .option('-n, --nodes <count>', `number of nodes (default ${defaultNodeCount})`)
    .option('--clients <pairs>', 'clients of the nodes: embedded:4, geth/prysm:2 (execution/consensus)')
    .option('--validators <count>', 'validators in the network (default 64)')
    .option('--distribution <how>', 'even, weighted[:3,2,1], single[:node], random, or 32,16,8,8')
    .option('--validator-balance <balance>', 'of each validator: 32, 32eth or 32000000000gwei')
    .option('--topology <which>', 'full-mesh, star[:hub], ring, line, random[:degree], edges:0/1,1/2')
    .option('--slot-duration <time>', '2s, 2000ms or 2000')
    .option('--slots-per-epoch <count>', 'slots in an epoch')
    .option('--fork <forks...>', 'electra for genesis, fulu@3 for epoch 3; several are allowed')
    .option('--preset <preset>', 'mainnet or minimal')
    .option('--chain-id <id>', 'chain id of the execution layer (default 1337)')
    .option('--time <which>', 'real, or virtual: as fast as the machine can (default real)')
    .option('--seed <number>', 'what all keys and random choices are derived from (default 1)')
}

/**
 * What flags and a configuration file ask for together; a flag goes before the file.
 *
 * @throws {OptionError} for a value without a meaning. Bounds are checked by the plan.
 */
export function networkOptionsOf(flags: NetworkFlags, file: NetworkOptions = {}): NetworkOptions {
  const options: NetworkOptions = {
    ...file,
    name: flags.name ?? file.name,
    nodes: nodesOf(flags, file.nodes),
    validators: validatorsOf(flags, file.validators),
    validatorBalanceGwei:
      given(flags.validatorBalance, (text) => parseBalanceGwei('--validator-balance', text)) ??
      file.validatorBalanceGwei,
    topology: given(flags.topology, (text) => parseTopology('--topology', text)) ?? file.topology,
    slotDurationMs:
      given(flags.slotDuration, (text) => parseDurationMs('--slot-duration', text)) ?? file.slotDurationMs,
    slotsPerEpoch:
      given(flags.slotsPerEpoch, (text) => parseInteger('--slots-per-epoch', text)) ?? file.slotsPerEpoch,
    forks: given(flags.fork, (texts) => parseForks('--fork', texts)) ?? file.forks,
    // The plan refuses any other word, and names the nearest one. So it does for the time.
    preset: (flags.preset as NetworkOptions['preset']) ?? file.preset,
    chainId: given(flags.chainId, (text) => parseInteger('--chain-id', text)) ?? file.chainId,
    time: (flags.time as NetworkOptions['time']) ?? file.time,
    seed: given(flags.seed, (text) => parseInteger('--seed', text)) ?? file.seed,
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function given<From, To>(value: From | undefined, parse: (value: From) => To): To | undefined {
  return value === undefined ? undefined : parse(value)
}

function nodesOf(flags: NetworkFlags, file: NetworkOptions['nodes']): NetworkOptions['nodes'] {
  const count = given(flags.nodes, (text) => parseInteger('--nodes', text))
  if (flags.clients === undefined) return count ?? file
  const pairs = parseClients('--clients', flags.clients)
  const [first, ...others] = pairs
  if (first !== undefined && first.count === undefined && others.length === 0) {
    const fromFile = typeof file === 'number' ? file : undefined
    return [{ ...first, count: count ?? fromFile ?? defaultNodeCount }]
  }
  const nodes = pairs.map((pair): NodeOptions => ({ ...pair, count: pair.count ?? 1 }))
  const total = nodes.reduce((sum, node) => sum + (node.count ?? 1), 0)
  if (count !== undefined && count !== total) {
    throw new OptionError({
      field: '--nodes',
      problem: `--clients gives ${total} nodes`,
      given: count,
      allowed: `${total}, or leave one of the two out`,
    })
  }
  return nodes
}

function validatorsOf(flags: NetworkFlags, file: NetworkOptions['validators']): NetworkOptions['validators'] {
  const count = given(flags.validators, (text) => parseInteger('--validators', text))
  const distribution = given(flags.distribution, (text) => parseDistribution('--distribution', text))
  if (count === undefined && distribution === undefined) return file
  const before: ValidatorsOptions = typeof file === 'number' ? { count: file } : (file ?? {})
  return {
    ...before,
    ...(count === undefined ? {} : { count }),
    ...(distribution === undefined ? {} : { distribution }),
  }
}

const flagsOfOption: { readonly [option in keyof NetworkOptions]?: readonly (keyof NetworkFlags)[] } = {
  name: ['name'],
  nodes: ['nodes', 'clients'],
  validators: ['validators', 'distribution'],
  validatorBalanceGwei: ['validatorBalance'],
  topology: ['topology'],
  slotDurationMs: ['slotDuration'],
  slotsPerEpoch: ['slotsPerEpoch'],
  forks: ['fork'],
  preset: ['preset'],
  chainId: ['chainId'],
  time: ['time'],
  seed: ['seed'],
}

/** The plan speaks of options; this adds the flag or the file that the refused one came from. */
export function withSource(error: unknown, flags: NetworkFlags, configFile: string | undefined): unknown {
  if (!(error instanceof OptionError) || error.field.startsWith('--')) return error
  const option = error.field.split(/[.[]/)[0] as keyof NetworkOptions
  const used = (flagsOfOption[option] ?? []).filter((flag) => flags[flag] !== undefined)
  const source = used.length > 0 ? used.map(flagName).join(' and ') : configFile
  if (source === undefined) return error
  const { code, category, shortMessage, metaMessages, facts } = error
  return new BaseError({
    code,
    category,
    shortMessage,
    metaMessages: [...metaMessages, `It comes from ${source}.`],
    facts: { ...facts, source },
    cause: error,
  })
}

function flagName(flag: keyof NetworkFlags): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
