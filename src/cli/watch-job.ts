import type { z } from 'zod'
import { ControlClient } from '../control/control-client.ts'
import type { OperationParameters } from '../control/operations.ts'
import { RemoteError } from '../control/wire-error.ts'
import type { NetworkSelection } from './cli.ts'
import type { Output } from './output.ts'
import { selectRunningNetwork } from './select-network.ts'

type JobName = 'reorg' | 'stall-finality' | 'slash'

/**
 * Brings something about in a running network and prints what is done for it. Should this command end before,
 * the network gives it up and undoes what was done.
 *
 * @returns the proof
 * @throws {RemoteError} as it failed
 */
export async function watchJob<Name extends JobName, Proof>(
  { name, parameters, proof }: { name: Name; parameters: OperationParameters<Name>; proof: z.ZodType<Proof> },
  selection: NetworkSelection,
  output: Output,
): Promise<Proof> {
  const { control } = await selectRunningNetwork(selection)
  const client = new ControlClient(control)
  const { job: id }: { job: string } = await client.operate(name, parameters)
  let messagesKnown = 0
  for (;;) {
    const { state, messages, result, error } = await client.operate('job', { id, messagesKnown })
    for (const message of messages.slice(messagesKnown)) {
      output.event({ event: 'progress', message })
      output.print(`  ${message}`)
    }
    messagesKnown = messages.length
    if (error !== null) throw new RemoteError(error)
    if (state === 'done') return proof.parse(result)
  }
}
