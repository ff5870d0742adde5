import type { ControlClient } from '../control/control-client.ts'
import { RemoteError } from '../control/wire-error.ts'
import type { Output } from './output.ts'

/**
 * Watches a job of a running network until it is done, and prints what it does. Should this command end
 * before, the network gives the job up and undoes what was done.
 *
 * @throws {RemoteError} as the job failed
 */
export async function watchJob(control: ControlClient, id: string, output: Output): Promise<unknown> {
  let messagesKnown = 0
  for (;;) {
    const { state, messages, result, error } = await control.operate('job', { id, messagesKnown })
    for (const message of messages.slice(messagesKnown)) {
      output.event({ event: 'progress', message })
      output.print(`  ${message}`)
    }
    messagesKnown = messages.length
    if (error !== null) throw new RemoteError(error)
    if (state === 'done') return result
  }
}
