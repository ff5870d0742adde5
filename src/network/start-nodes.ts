import { availableParallelism } from 'node:os'
import type { Node } from './node.ts'
import type { OnProgress } from './progress.ts'

/** Nodes that start at the same time, per core: enough to hide waiting, few enough for each to be ready in time. */
const startsPerCore = 2
const startsAtOnce = startsPerCore * availableParallelism()

/**
 * Starts nodes, `atOnce` at a time, and resolves when all are up. When one fails, those that are starting
 * are abandoned, and the first failure is thrown.
 */
export async function startNodes(
  nodes: readonly Node[],
  {
    atOnce = startsAtOnce,
    onProgress,
    signal,
  }: { atOnce?: number | undefined; onProgress: OnProgress; signal: AbortSignal },
): Promise<void> {
  const failure = new AbortController()
  const whole = AbortSignal.any([signal, failure.signal])
  const waiting = [...nodes]
  let done = 0
  const report = (message: string) => onProgress({ stage: 'start', message, done, total: nodes.length })
  const startOneAfterAnother = async () => {
    for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
      await node.start({ signal: whole })
      done += 1
      report(`${node.name} is up`)
    }
  }
  report('starting the nodes')
  const lanes = Array.from({ length: atOnce }, startOneAfterAnother)
  const settled = await Promise.allSettled(
    lanes.map((lane) =>
      lane.catch((error) => {
        failure.abort(error)
        throw error
      }),
    ),
  )
  signal.throwIfAborted()
  if (settled.some(({ status }) => status === 'rejected')) throw failure.signal.reason
}
