import type { NetworkHost } from './network-host.ts'
import type { OnProgress } from './progress.ts'

export async function continueChain(
  host: NetworkHost,
  { onProgress }: { onProgress: OnProgress; signal: AbortSignal },
): Promise<void> {
  onProgress({ stage: 'head', message: `continuing at slot ${host.clock.currentSlot}` })
}
