import type { NetworkHost } from './network-host.ts'
import type { OnProgress } from './progress.ts'
import { viewsOf } from './views.ts'

/** Slots after the stored head in which blocks are looked for that a crash has cost. */
const searchedSlots = 64

/**
 * Says where a network that was started on an earlier directory goes on, and which blocks the crash before
 * has cost: those that a beacon node has stored after the head that it resumed at.
 */
export async function reportContinuation(
  host: NetworkHost,
  { onProgress, signal }: { onProgress: OnProgress; signal: AbortSignal },
): Promise<void> {
  const views = await viewsOf(host.nodes, signal)
  const headSlot = Math.max(0, ...views.map((view) => view.headSlot ?? 0))
  const lost = host.wasCrashed ? await lostSlots(host, headSlot, signal) : []
  const gap = host.clock.currentSlot - headSlot
  onProgress({
    stage: 'head',
    message: `continuing after slot ${headSlot}, ${gap} slots ago${describe(lost)}`,
  })
}

function describe(lost: readonly number[]): string {
  if (lost.length === 0) return ''
  return `; the crash has cost the blocks of ${lost.length} slots (${lost.join(', ')}), none of them finalized`
}

async function lostSlots(host: NetworkHost, headSlot: number, signal: AbortSignal): Promise<number[]> {
  const last = Math.min(headSlot + searchedSlots, host.startedAtSlot - 1)
  const slots = Array.from({ length: Math.max(0, last - headSlot) }, (_, i) => headSlot + 1 + i)
  const has = await Promise.all(slots.map((slot) => anyNodeHasBlock(host, slot, signal)))
  return slots.filter((_, i) => has[i])
}

async function anyNodeHasBlock(host: NetworkHost, slot: number, signal: AbortSignal): Promise<boolean> {
  const found = await Promise.all(
    host.nodes.map((node) => node.beaconApi.headersAt(slot, { signal }).catch(() => [])),
  )
  return found.flat().length > 0
}
