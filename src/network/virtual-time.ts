import type { EmbeddedNetwork } from '../embedded/host/embedded-network.ts'
import type { NetworkTime } from './network-time.ts'

/** Time that moves only while somebody waits for it, as fast as the embedded nodes do their work. */
export function virtualTime(embedded: EmbeddedNetwork): NetworkTime {
  return {
    get nowMs() {
      return embedded.nowMs
    },
    pollsPerSlot: 1,
    until: (timeMs, signal) => embedded.advanceTo(Math.ceil(timeMs), signal),
  }
}
