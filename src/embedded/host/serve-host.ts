import type { MessagePort } from 'node:worker_threads'
import { BaseError, messageOf } from '../../errors.ts'
import type { HostCall, HostError, HostMessage, HostMethods, NodeFailure } from './host-methods.ts'
import { NodeEvents } from './node-events.ts'

/** Answers the main thread's calls. */
export function serveHost(
  port: MessagePort,
  makeHost: (onFailure: (failure: NodeFailure) => void, events: NodeEvents) => HostMethods,
): void {
  const events = new NodeEvents((batch) => port.postMessage({ type: 'events', batch } satisfies HostMessage))
  const send = (message: HostMessage) => {
    // Whoever is answered has then heard of all that had happened.
    events.flush()
    port.postMessage(message)
  }
  const host = makeHost((failure) => send({ type: 'failure', failure }), events)
  port.on('message', ({ id, method, parameters }: HostCall) => {
    // The type of a call says that its parameters fit its method, but not to the compiler.
    const call = host[method].bind(host) as (...parameters: readonly unknown[]) => Promise<unknown>
    call(...parameters).then(
      (result) => send({ type: 'result', id, result }),
      (error: unknown) => send({ type: 'error', id, error: describeError(error) }),
    )
  })
}

function describeError(error: unknown): HostError {
  if (error instanceof BaseError) {
    const { code, category, shortMessage, metaMessages, facts } = error
    return { code, category, shortMessage, metaMessages, facts }
  }
  const stack = error instanceof Error ? error.stack : undefined
  return {
    code: 'embedded-defect',
    category: 'runtime',
    shortMessage: messageOf(error),
    metaMessages: stack?.split('\n').slice(1, 6) ?? [],
    facts: {},
  }
}
