import { ApiError } from '../apis/http-json.ts'
import { type NodePeers, peersOf } from '../network/peers.ts'
import type { EdgePlan } from '../plan/manifest.ts'
import type { FaultLayer } from './fault.ts'
import type { FaultTarget } from './fault-target.ts'

/** What should be seen of an edge on a layer. */
export interface WantedConnection {
  readonly edge: EdgePlan
  readonly layer: FaultLayer
  readonly isUp: boolean
}

/** Both clients show it within moments; a busy machine needs longer to answer. */
const goneWithinMs = 30_000
/** Clients that have dialled in vain wait longer and longer before they try again. */
const backWithinMs = 150_000
const pollMs = 250

/**
 * Resolves with nothing when the nodes' own APIs show what is wanted, or else with what is still missing when
 * the time is over, a line each.
 *
 * @param wanted asked again each time: while it is waited for, another fault may want otherwise
 */
export async function observeLinks(
  target: FaultTarget,
  wanted: () => readonly WantedConnection[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const beganMs = target.clock.nowMs
  for (;;) {
    signal?.throwIfAborted()
    const links = wanted()
    const unmet = await unmetNow(target, links, signal)
    if (unmet.length === 0) return []
    const withinMs = links.some(({ isUp }) => isUp) ? backWithinMs : goneWithinMs
    if (target.clock.nowMs - beganMs >= withinMs) return unmet
    await target.clock.sleep(pollMs, signal)
  }
}

async function unmetNow(
  { manifest, nodes }: FaultTarget,
  wanted: readonly WantedConnection[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const ends = new Set(wanted.flatMap(({ edge: { a, b } }) => [a, b]))
  const asked = nodes.filter(({ name }) => ends.has(name))
  if (asked.length === 0) return []
  try {
    const peers = await peersOf({ manifest, nodes: asked }, signal)
    return unmetConnections(peers, wanted)
  } catch (error) {
    signal?.throwIfAborted()
    // A client that does not answer in time, on a busy machine, is asked again.
    if (error instanceof ApiError) return [error.shortMessage]
    throw error
  }
}

/**
 * What is not yet as wanted, a line each. A connection is gone when no running end lists the other one; it is
 * there when both ends run and one of them lists the other, since the dialler does so first.
 */
export function unmetConnections(peers: readonly NodePeers[], wanted: readonly WantedConnection[]): string[] {
  const byName = new Map(peers.map((node) => [node.name, node]))
  return wanted.flatMap(({ edge: { a, b }, layer, isUp }) => {
    const [one, other] = [byName.get(a), byName.get(b)]
    const isListed = one?.[layer].includes(b) === true || other?.[layer].includes(a) === true
    // Nobody answers for an end that does not run.
    const isMet = isUp ? isListed || one === undefined || other === undefined : !isListed
    return isMet ? [] : [`${a} - ${b} (${layer}): ${isUp ? 'not connected again' : 'still connected'}`]
  })
}
