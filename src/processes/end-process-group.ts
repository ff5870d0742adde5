import { setTimeout as delay } from 'node:timers/promises'
import { processStartTime } from './process-identity.ts'

const pollIntervalMs = 25
const killDeadlineMs = 5_000

/** Sends a signal to every process of a group. Returns false when the group is gone. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal)
    return true
  } catch (error) {
    // EPERM: the group exists but holds only processes that we may not signal; treat it as there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Ends a process group: SIGTERM, then SIGKILL after the deadline. Resolves when its leader is gone.
 * A stopped (SIGSTOP) group is continued, since it could not act on SIGTERM otherwise.
 */
export async function endProcessGroup(group: number, { deadlineMs }: { deadlineMs: number }): Promise<void> {
  signalGroup(group, 'SIGTERM')
  signalGroup(group, 'SIGCONT')
  await isGoneWithin(group, deadlineMs)
  // Sweeps the whole group, also when only the leader obeyed.
  signalGroup(group, 'SIGKILL')
  await isGoneWithin(group, killDeadlineMs)
}

/** A leader that nobody reaps stays as a zombie, which a signal still reaches: its state is asked for too. */
async function isGoneWithin(group: number, deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs
  while (signalGroup(group, 0) && processStartTime(group) !== undefined) {
    if (performance.now() > end) return false
    await delay(pollIntervalMs)
  }
  return true
}
