import { resolve } from 'node:path'
import { NetworkSelectionError } from '../control/errors.ts'
import {
  findKnownNetworks,
  isRunning,
  type KnownNetwork,
  type RunningNetwork,
} from '../control/find-networks.ts'
import { nearestOf } from '../plan/nearest.ts'
import type { NetworkSelection } from './cli.ts'

/**
 * The running network that is meant: the named one, or the only one there is.
 *
 * @throws {NetworkSelectionError} when there is none, or more than one could be meant.
 */
export async function selectRunningNetwork(selection: NetworkSelection): Promise<RunningNetwork> {
  const known = await findKnownNetworks()
  const candidates = selectAmong(known, selection)
  const [first, ...others] = candidates.filter(isRunning)
  if (first === undefined) throw notRunning(candidates, selection)
  if (others.length > 0) throw ambiguous([first, ...others])
  return first
}

/**
 * The network that is meant, running or not: of those that are not, only one that is named.
 *
 * @throws {NetworkSelectionError} as {@link selectRunningNetwork} does.
 */
export async function selectKnownNetwork(
  selection: NetworkSelection,
  fallbackName: string,
): Promise<KnownNetwork> {
  const known = await findKnownNetworks()
  const candidates = selectAmong(known, selection)
  const running = candidates.filter(isRunning)
  const isNamed = selection.name !== undefined || selection.dir !== undefined
  const stopped = isNamed ? candidates : candidates.filter(({ name }) => name === fallbackName)
  const [first, ...others] = running.length > 0 ? running : stopped
  if (first === undefined) throw notRunning([], selection)
  if (others.length > 0) throw ambiguous([first, ...others])
  return first
}

/** @throws {NetworkSelectionError} for a name or directory that no network has. */
function selectAmong(known: readonly KnownNetwork[], { name, dir }: NetworkSelection): KnownNetwork[] {
  const candidates = known.filter(
    (network) =>
      (name === undefined || network.name === name) &&
      (dir === undefined || network.directory === resolve(dir)),
  )
  if (candidates.length > 0 || (name === undefined && dir === undefined)) return candidates
  const names = [...new Set(known.map((network) => network.name))]
  const nearest = nearestOf(name, names)
  throw new NetworkSelectionError(
    'network-unknown',
    `There is no network ${name === undefined ? '' : `${JSON.stringify(name)} `}${dir === undefined ? '' : `in ${dir}`}`
      .trim()
      .concat('.'),
    [
      names.length > 0 ? `Networks: ${names.join(', ')}` : 'No network was started yet.',
      ...(nearest === undefined ? [] : [`Did you mean '${nearest}'?`]),
    ],
    { name, dir, known: names, nearest },
  )
}

function notRunning(candidates: readonly KnownNetwork[], { name, dir }: NetworkSelection) {
  const [network] = candidates
  if (network === undefined || (name === undefined && dir === undefined)) {
    return new NetworkSelectionError('no-network', 'No network is running.', [
      'Start one with `eth-localnet up`.',
    ])
  }
  if (network.pid !== undefined) {
    return new NetworkSelectionError(
      'network-not-running',
      `The network ${network.name} belongs to process ${network.pid}, which takes no commands.`,
      ['It was started by a program that uses the library, such as a test.'],
      { ...network },
    )
  }
  return new NetworkSelectionError(
    'network-not-running',
    `The network ${network.name} is not running.`,
    [
      `Continue it with \`eth-localnet up ${name === undefined ? `--dir ${network.directory}` : `--name ${name}`}\`.`,
    ],
    { name: network.name, directory: network.directory },
  )
}

function ambiguous(networks: readonly KnownNetwork[]) {
  const isNameEnough = new Set(networks.map(({ name }) => name)).size === networks.length
  return new NetworkSelectionError(
    'network-ambiguous',
    `There are ${networks.length} networks that could be meant.`,
    [
      ...networks.map(({ name, directory }) => `  ${name}  ${directory}`),
      `Say which by ${isNameEnough ? '--name' : '--dir'}.`,
    ],
    { networks: networks.map(({ name, directory }) => ({ name, directory })) },
  )
}
