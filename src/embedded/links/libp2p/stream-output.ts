import type { Stream } from '@libp2p/interface'
import type { Clock } from '../../clock/clock.ts'
import { WireFaultError } from './errors.ts'
import { valueTimeoutMs } from './stream-input.ts'

/**
 * Sends bytes, and waits until the stream takes more: a peer that reads nothing must not fill our memory.
 *
 * @throws {WireFaultError} `stalled`
 */
export function send(stream: Stream, bytes: Uint8Array, clock: Clock): Promise<void> {
  return withinTime(clock, async (signal) => {
    if (!stream.send(bytes)) await stream.onDrain({ signal })
  })
}

/** Says that there is nothing more to come, when all has been sent. @throws {WireFaultError} `stalled` */
export function endOutput(stream: Stream, clock: Clock): Promise<void> {
  return withinTime(clock, (signal) => stream.close({ signal }))
}

async function withinTime(clock: Clock, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const stalled = new WireFaultError('stalled', 'it does not read what it asked for')
  const timer = clock.at(clock.nowMs + valueTimeoutMs, () => controller.abort(stalled))
  try {
    await work(controller.signal)
  } catch (error) {
    throw controller.signal.aborted ? stalled : error
  } finally {
    timer.cancel()
  }
}
