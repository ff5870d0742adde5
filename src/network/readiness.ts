import { ApiError } from '../apis/http-json.ts'
import { haveConsensus } from './assert-consensus.ts'
import { crashError } from './crash-error.ts'
import { describeViews, ReadinessError } from './errors.ts'
import type { NetworkHost } from './network-host.ts'
import { missingConnections, peersOf } from './peers.ts'
import type { OnProgress } from './progress.ts'
import { viewsOf } from './views.ts'

interface ReadyOptions {
  readonly onProgress: OnProgress
  readonly signal: AbortSignal
}

const pollMs = 250
/** Clients redial with back-off; after this long a connection will not come by itself. */
const peersDeadlineMs = 90_000
/** Epochs within which a healthy network has a common head. */
const headDeadlineEpochs = 4

/**
 * Resolves when every node has its declared peers on both layers, and all agree on a head that is newer
 * than every head at the time of the call (or than genesis).
 *
 * @throws {ReadinessError} naming what is missing.
 * @throws {ProcessStartError} when a client crashes meanwhile.
 */
export async function becomeReady(host: NetworkHost, { onProgress, signal }: ReadyOptions): Promise<void> {
  const before = await viewsOf(host.nodes, signal)
  const firstNewSlot = Math.max(...before.map((view) => view.headSlot ?? 0)) + 1
  await waitForGenesis(host, { onProgress, signal })
  await waitForPeers(host, { onProgress, signal })
  await waitForCommonHead(host, firstNewSlot, { onProgress, signal })
}

async function waitForGenesis({ clock }: NetworkHost, { onProgress, signal }: ReadyOptions): Promise<void> {
  while (clock.currentSlot < 0) {
    const seconds = Math.ceil((clock.genesisTimeMs - clock.nowMs) / 1000)
    onProgress({ stage: 'wait-genesis', message: `genesis in ${seconds} s` })
    await clock.sleep(Math.min(1_000, clock.genesisTimeMs - clock.nowMs), signal)
  }
}

async function waitForPeers(host: NetworkHost, { onProgress, signal }: ReadyOptions): Promise<void> {
  const { edges } = host.manifest
  const total = edges.length * 2
  const deadlineMs = host.clock.nowMs + peersDeadlineMs
  for (;;) {
    refuseCrashed(host)
    const missing = await missingNow(host, signal)
    const done = Math.max(0, total - missing.length)
    onProgress({ stage: 'peers', message: 'connecting the peers', done, total })
    if (missing.length === 0) return
    if (host.clock.nowMs > deadlineMs) {
      const seconds = peersDeadlineMs / 1000
      throw new ReadinessError(`Declared peers were not connected within ${seconds} s.`, missing, { missing })
    }
    await host.clock.sleep(pollMs, signal)
  }
}

/** A node that has crashed meanwhile will neither connect nor agree: there is nothing to wait for. */
function refuseCrashed({ nodes }: NetworkHost): void {
  for (const { crash } of nodes) if (crash !== undefined) throw crashError(crash)
}

/** What is missing; a node that does not answer in time, on a busy machine, is asked again later. */
async function missingNow(host: NetworkHost, signal: AbortSignal): Promise<string[]> {
  try {
    return missingConnections(await peersOf(host, signal), host.manifest.edges)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ApiError) return [error.shortMessage]
    throw error
  }
}

async function waitForCommonHead(
  host: NetworkHost,
  firstNewSlot: number,
  { onProgress, signal }: ReadyOptions,
): Promise<void> {
  const { clock, manifest, nodes } = host
  const lastSlot = Math.max(firstNewSlot, clock.currentSlot) + headDeadlineEpochs * clock.slotsPerEpoch
  for (;;) {
    refuseCrashed(host)
    const views = await viewsOf(nodes, signal)
    const done = views.filter((view) => (view.headSlot ?? 0) >= firstNewSlot).length
    onProgress({ stage: 'head', message: `waiting for a common head`, done, total: nodes.length })
    if (done === nodes.length && (await haveConsensus(nodes, { seed: manifest.seed, signal }))) return
    if (clock.currentSlot > lastSlot) {
      const problem = `The nodes did not agree on a head after slot ${firstNewSlot - 1} by slot ${lastSlot}.`
      throw new ReadinessError(problem, [...describeViews(views), `Seed: ${manifest.seed}`], { views })
    }
    await host.clock.sleep(pollMs, signal)
  }
}
