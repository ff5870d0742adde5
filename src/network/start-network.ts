import { capabilityRegistry, clientsOf, embeddedLayers } from '../clients/registry.ts'
import { EmbeddedNetwork } from '../embedded/host/embedded-network.ts'
import type { LayersByNode } from '../embedded/host/host-methods.ts'
import { forgetStartFailure, noteStartFailure } from '../observe/doctor/start-failure.ts'
import type { Manifest } from '../plan/manifest.ts'
import { OptionError } from '../plan/option-error.ts'
import type { NetworkOptions } from '../plan/options.ts'
import { planNetwork as planWith } from '../plan/plan-network.ts'
import type { FoundClient } from '../processes/binaries/found-client.ts'
import { ClientPrograms, type ProgramPaths } from './client-programs.ts'
import { DirectoryError } from './errors.ts'
import { materialize } from './materialize.ts'
import { Network } from './network.ts'
import { NetworkDirectory, reapAbandonedNetworks } from './network-directory.ts'
import { NetworkHost } from './network-host.ts'
import type { Node } from './node.ts'
import type { OnProgress } from './progress.ts'
import { becomeReady } from './readiness.ts'
import { refusePastGenesis } from './refuse-past-genesis.ts'
import { reportContinuation } from './report-continuation.ts'
import type { SavedNetwork } from './saved-network.ts'
import { StartBudget } from './start-budget.ts'
import { startNodes } from './start-nodes.ts'

/** Options of the network itself, beside those that it is planned from. */
export interface RunOptions {
  /**
   * Directory of the network. One that holds a network that was stopped, or that crashed, continues its
   * chain; the other options must then be the same as before, or left out.
   * @default a temporary directory, deleted when the network stops
   */
  dir?: string | undefined
  /**
   * Removes what an earlier network left in `dir`, instead of continuing it.
   * @default false
   */
  fresh?: boolean | undefined
  /** Told the directory as soon as it is this network's own; the start waits for it. */
  onDirectory?: ((path: string) => void | Promise<void>) | undefined
  /** Aborts the start; a network that is up is ended by its `stop`. */
  signal?: AbortSignal | undefined
  /** Paths of own builds of the clients' programs. @example { geth: '/opt/geth/geth' } */
  programs?: ProgramPaths | undefined
  /**
   * Directory into which each embedded node writes its life as a test vector of the consensus specification,
   * so that the executable specification can judge it.
   * @default nowhere
   */
  trace?: string | undefined
  /** Told what the start is doing. */
  onProgress?: OnProgress | undefined
  /** Told when a node changes its state, e.g. because a process crashed. */
  onStateChange?: ((node: Node) => void) | undefined
}

export type StartNetworkOptions = NetworkOptions & RunOptions

/**
 * Plans a network without starting anything. Pure: the same options give the same manifest.
 *
 * @throws {OptionError} naming the field, what was given and what is allowed.
 */
export function planNetwork(options: NetworkOptions = {}): Manifest {
  return planWith(options, capabilityRegistry)
}

/**
 * Starts a network and resolves when all its nodes have their declared peers and agree on a head after
 * genesis. When it rejects, no process is left.
 *
 * @throws {OptionError} for options that cannot work.
 * @throws {DirectoryError} when the directory is in use or holds something else.
 * @throws {MissingClientError | ClientInstallError} when a client cannot be had.
 * @throws {ProcessStartError | CommandError} when a client does not start.
 * @throws {ReadinessError} when the nodes do not connect or agree.
 *
 * @example
 * import { startNetwork } from 'eth-localnet'
 *
 * await using network = await startNetwork({ nodes: 4, validators: 64 })
 * console.log(network.nodes[0].execution.rpcUrl)
 */
export async function startNetwork(options: StartNetworkOptions = {}): Promise<Network> {
  const { dir, signal = new AbortController().signal, programs = {}, trace, ...rest } = options
  const { onProgress = () => {}, onStateChange = () => {}, fresh = false, onDirectory, ...planOptions } = rest
  const planned = planNetwork(planOptions)
  signal.throwIfAborted()
  await reapAbandonedNetworks()
  const directory = await NetworkDirectory.claim(dir)
  let host: NetworkHost | undefined
  let embedded: EmbeddedNetwork | undefined
  try {
    if (fresh) {
      refusePastGenesis(planned)
      await directory.clear()
    }
    await onDirectory?.(directory.path)
    const earlier = await directory.load()
    if (earlier === undefined) refusePastGenesis(planned)
    else refuseOtherOptions(planOptions, planned, earlier, directory.path)
    await forgetStartFailure(directory.path)
    const manifest = earlier?.manifest ?? planned
    if (trace !== undefined && !hasEmbedded(manifest)) refuseTrace(trace)
    const clientPrograms = new ClientPrograms(programs, onProgress)
    if (hasProcesses(manifest)) onProgress({ stage: 'clients', message: 'looking for the clients' })
    const found = await clientPrograms.find(manifest.nodes, signal)
    if (found.length > 0) onProgress({ stage: 'clients', message: found.map(describeFound).join(', ') })
    const budget = budgetOf(manifest)
    const startedAt = performance.now()
    if (hasEmbedded(manifest)) embedded = await EmbeddedNetwork.load(manifest, layersByNode(manifest))
    const saved = earlier ?? (await materialize({ manifest, directory, budget, onProgress, signal }))
    await embedded?.open({
      genesisTime: saved.genesisTime,
      genesisValidatorsRoot: saved.genesisValidatorsRoot,
      ...directory.files,
      storeDirectory: directory.embeddedStore,
      traceDirectory: trace,
      startTimeMs: saved.virtualTimeMs ?? saved.genesisTime * 1000,
    })
    host = new NetworkHost({ directory, saved, programs: clientPrograms, embedded, onStateChange })
    await host.open()
    // In virtual time the order in which they start is a part of the history.
    await startNodes(startOrder(host.nodes), {
      atOnce: manifest.time === 'virtual' ? 1 : undefined,
      onProgress,
      signal,
    })
    await budget.record(performance.now() - startedAt)
    if (earlier !== undefined) await reportContinuation(host, { onProgress, signal })
    await becomeReady(host, { onProgress, signal })
    host.recorder.onNetworkState('ready')
    return new Network(host)
  } catch (error) {
    if (!signal.aborted) await noteStartFailure(directory.path, error)
    // The logs of a failed start are worth more than a clean disk.
    if (host !== undefined) await host.close({ keepDirectory: !signal.aborted })
    else {
      await embedded?.close()
      await directory.release()
    }
    throw error
  }
}

function layersByNode({ nodes }: Manifest): LayersByNode {
  return Object.fromEntries(nodes.map((node) => [node.name, embeddedLayers(node)]))
}

/** Embedded beacon nodes first: they are up at once, and have the blocks that the others may have to catch up with. */
function startOrder(nodes: readonly Node[]): Node[] {
  const isEmbedded = ({ plan }: Node) => embeddedLayers(plan).includes('consensus')
  return [...nodes.filter(isEmbedded), ...nodes.filter((node) => !isEmbedded(node))]
}

function describeFound({ client, version, origin }: FoundClient): string {
  return `${client} ${version} (${origin})`
}

function hasEmbedded({ nodes }: Manifest): boolean {
  return nodes.flatMap(clientsOf).some(({ kind }) => kind === 'embedded')
}

function hasProcesses({ nodes }: Manifest): boolean {
  return nodes.flatMap(clientsOf).some(({ kind }) => kind === 'process')
}

function budgetOf(manifest: Manifest): StartBudget {
  const clients = manifest.nodes.map(clientsOf)
  const links = hasProcesses(manifest) ? 'sockets' : 'in-process'
  return new StartBudget({
    links,
    nodesCpuMs: clients.map((pair) => pair.reduce((sum, { startCpuMs }) => sum + startCpuMs, 0)),
    dialDelayMs: Math.max(...clients.flat().map(({ dialDelayMs = 0 }) => dialDelayMs)),
    idleMs: links === 'in-process' ? manifest.chain.slotDurationMs : 0,
  })
}

function refuseTrace(trace: string): never {
  throw new OptionError({
    field: 'trace',
    problem: 'only embedded nodes write traces, and this network has none',
    given: trace,
    allowed: 'a network with embedded nodes',
  })
}

/** A directory is continued with the options that it was started with; other ones would be ignored silently. */
function refuseOtherOptions(
  given: NetworkOptions,
  planned: Manifest,
  { planned: before }: SavedNetwork,
  directory: string,
): void {
  const isAsked = Object.values(given).some((value) => value !== undefined)
  if (!isAsked || JSON.stringify(planned) === JSON.stringify(before)) return
  throw new DirectoryError('directory-options', {
    directory,
    problem: 'The network in this directory was started with other options.',
    advice: 'Leave the options out to continue it as it is, or choose another directory for a new one.',
  })
}
