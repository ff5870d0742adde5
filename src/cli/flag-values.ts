import { type ForkName, forkNames } from '../plan/manifest.ts'
import { nearestOf } from '../plan/nearest.ts'
import { OptionError } from '../plan/option-error.ts'
import type { DistributionOption, NodeOptions, NodeReference, TopologyOption } from '../plan/options.ts'

/**
 * The values of flags, which are text, as the plan's options, which are not. Only the form is checked here;
 * bounds and everything else are the plan's. Each function throws OptionError naming the flag.
 */

const gweiDigits = 9

export function parseInteger(flag: string, text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text)
  throw new OptionError({ field: flag, given: text, allowed: 'an integer' })
}

/** `2s`, `2000ms` or `2000`, in milliseconds. */
export function parseDurationMs(flag: string, text: string): number {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s)?$/.exec(text) ?? []
  if (amount === undefined) {
    throw new OptionError({
      field: flag,
      given: text,
      allowed: 'a duration such as 2s, 2000ms or 2000 (milliseconds)',
    })
  }
  // 2.3 * 1000 is 2299.9999999999995.
  return unit === 's' ? Math.round(Number(amount) * 1e6) / 1e3 : Number(amount)
}

/** `32`, `32eth` or `32000000000gwei`, in Gwei. */
export function parseBalanceGwei(flag: string, text: string): number {
  const [, whole, fraction = '', unit = 'eth'] = /^(\d{1,15})(?:\.(\d{1,9}))?(eth|gwei)?$/i.exec(text) ?? []
  const isGwei = unit.toLowerCase() === 'gwei'
  if (whole === undefined || (isGwei && fraction !== '')) {
    throw new OptionError({
      field: flag,
      given: text,
      allowed: 'a balance such as 32, 32eth or 32000000000gwei',
    })
  }
  return isGwei ? Number(whole) : Number(`${whole}${fraction.padEnd(gweiDigits, '0')}`)
}

/** `electra` is at epoch 0, `fulu@3` at epoch 3. */
export function parseForks(flag: string, texts: readonly string[]): { [fork in ForkName]?: number } {
  const forks: { [fork in ForkName]?: number } = {}
  for (const text of texts.flatMap((list) => list.split(','))) {
    const [, name, epoch = '0'] = /^([a-z0-9-]+)(?:@(\d{1,15}))?$/i.exec(text) ?? []
    const fork = forkNames.find((one) => one === name?.toLowerCase())
    if (fork === undefined || forks[fork] !== undefined) {
      throw new OptionError({
        field: flag,
        ...(fork === undefined ? {} : { problem: `${fork} is given twice` }),
        given: text,
        allowed: `${forkNames.join(', ')}, each once, with its epoch after an @`,
        nearest: fork === undefined ? nearestOf(name, forkNames) : undefined,
      })
    }
    forks[fork] = Number(epoch)
  }
  return forks
}

/** `even`, `32,16,8,8`, `weighted:3,2,1` or `single:node-1`. */
export function parseDistribution(flag: string, text: string): DistributionOption {
  if (/^\d/.test(text)) return parseIntegers(flag, text)
  const [kind, rest] = splitOnce(text, ':')
  const names = ['even', 'weighted', 'single', 'random'] as const
  const name = names.find((one) => one === kind)
  if (rest === undefined && name !== undefined) return name
  if (rest !== undefined && name === 'weighted') return { kind: name, weights: parseIntegers(flag, rest) }
  if (rest !== undefined && name === 'single') return { kind: name, node: parseNodeReference(rest) }
  throw new OptionError({
    field: flag,
    given: text,
    allowed: 'even, weighted, weighted:3,2,1, single, single:node-1, random, or a list such as 32,16,8,8',
    nearest: nearestOf(kind, names),
  })
}

/** `ring`, `star:node-1`, `random:6` or `edges:0/1,1/2`. */
export function parseTopology(flag: string, text: string): TopologyOption {
  const [kind, rest] = splitOnce(text, ':')
  const names = ['full-mesh', 'star', 'ring', 'line', 'random'] as const
  const name = names.find((one) => one === kind)
  if (rest === undefined && name !== undefined) return name
  if (rest !== undefined && name === 'star') return { kind: name, hub: parseNodeReference(rest) }
  if (rest !== undefined && name === 'random') return { kind: name, degree: parseInteger(flag, rest) }
  const edges = kind === 'edges' ? rest?.split(',').map(parseEdge) : undefined
  if (edges?.every((edge) => edge !== undefined)) return { edges }
  throw new OptionError({
    field: flag,
    given: text,
    allowed: 'full-mesh, star, star:node-1, ring, line, random, random:6 (its degree), edges:0/1,1/2',
    nearest: nearestOf(kind, [...names, 'edges']),
  })
}

/** One kind of node of `--clients`; the count is undefined where none is given. */
export type ClientPair = Required<Pick<NodeOptions, 'execution' | 'consensus'>> & {
  readonly count: number | undefined
}

/** `geth/prysm` or `geth/prysm:2`; one name alone is that of both clients. */
export function parseClients(flag: string, text: string): ClientPair[] {
  return text.split(',').map((part) => {
    const [, execution, consensus = execution, count] =
      /^([^/:]+)(?:\/([^/:]+))?(?::(\d{1,15}))?$/.exec(part) ?? []
    if (execution === undefined || consensus === undefined) {
      throw new OptionError({
        field: flag,
        given: text,
        allowed:
          'execution/consensus pairs, each with the number of nodes: embedded:4 or geth/prysm:2,geth/prysm:1',
      })
    }
    return { execution, consensus, count: count === undefined ? undefined : Number(count) }
  })
}

function parseIntegers(flag: string, text: string): number[] {
  return text.split(',').map((part) => parseInteger(flag, part))
}

/** Digits are an index, anything else is a name. */
function parseNodeReference(text: string): NodeReference {
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

function parseEdge(text: string): readonly [NodeReference, NodeReference] | undefined {
  const [a, b, ...rest] = text.split('/')
  if (!a || !b || rest.length > 0) return undefined
  return [parseNodeReference(a), parseNodeReference(b)]
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}
