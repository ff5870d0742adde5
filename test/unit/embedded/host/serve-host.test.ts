import { EventEmitter } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type {
  HostCall,
  HostMessage,
  HostMethods,
  NodeFailure,
} from '../../../../src/embedded/host/host-methods.ts'
import { serveHost } from '../../../../src/embedded/host/serve-host.ts'
import { OptionError } from '../../../../src/plan/option-error.ts'

/** The thread's end of the line to the main thread. */
class FakePort extends EventEmitter {
  readonly sent: HostMessage[] = []

  postMessage(message: HostMessage): void {
    this.sent.push(message)
  }

  /** A call arrives, and as much is done of it as can be at once. */
  async receive(call: HostCall): Promise<void> {
    this.emit('message', call)
    await new Promise(setImmediate)
  }
}

function serve(methods: Partial<HostMethods>) {
  const port = new FakePort()
  let fail = (_: NodeFailure) => {}
  serveHost(port as unknown as MessagePort, (onFailure) => {
    fail = onFailure
    return methods as HostMethods
  })
  return { port, fail: (failure: NodeFailure) => fail(failure) }
}

test('a call is answered under its id, with its parameters passed on', async () => {
  const asked: unknown[] = []
  const { port } = serve({
    async stop(...parameters) {
      asked.push(parameters)
    },
    digest: async () => 'ab',
  })
  await port.receive({ id: 7, method: 'stop', parameters: ['consensus', 'node-1'] })
  await port.receive({ id: 8, method: 'digest', parameters: [] })
  expect(asked).toEqual([['consensus', 'node-1']])
  expect(port.sent).toEqual([
    { type: 'result', id: 7, result: undefined },
    { type: 'result', id: 8, result: 'ab' },
  ])
})

test('a method is called on its host', async () => {
  const host = {
    answer: 'own',
    async digest() {
      return this.answer
    },
  }
  const { port } = serve(host)
  await port.receive({ id: 1, method: 'digest', parameters: [] })
  expect(port.sent).toEqual([{ type: 'result', id: 1, result: 'own' }])
})

test('a call that takes long holds up no other', async () => {
  let finish = (_: number) => {}
  const { port } = serve({
    advanceTo: () =>
      new Promise((resolve) => {
        finish = resolve
      }),
    interrupt: async () => finish(3),
  })
  await port.receive({ id: 1, method: 'advanceTo', parameters: [9] })
  expect(port.sent).toEqual([])
  await port.receive({ id: 2, method: 'interrupt', parameters: [] })
  expect(port.sent).toHaveLength(2)
  expect(port.sent).toContainEqual({ type: 'result', id: 1, result: 3 })
  expect(port.sent).toContainEqual({ type: 'result', id: 2, result: undefined })
})

test('a typed error goes over with its facts, and can be cloned', async () => {
  const error = new OptionError({ field: 'nodes', given: 0, allowed: 'an integer from 1' })
  const { port } = serve({ remove: () => Promise.reject(error) })
  await port.receive({ id: 1, method: 'remove', parameters: ['node-0'] })
  const { code, category, shortMessage, metaMessages, facts } = error
  expect(port.sent).toEqual([
    { type: 'error', id: 1, error: { code, category, shortMessage, metaMessages, facts } },
  ])
  expect(structuredClone(port.sent)).toEqual(port.sent)
})

test('any other error is a defect, told with where it was thrown', async () => {
  const { port } = serve({ digest: () => Promise.reject(new TypeError('nothing there')) })
  await port.receive({ id: 1, method: 'digest', parameters: [] })
  expect(port.sent).toMatchObject([
    {
      type: 'error',
      id: 1,
      error: { code: 'embedded-defect', category: 'runtime', shortMessage: 'nothing there' },
    },
  ])
  const [message] = port.sent
  const lines = message?.type === 'error' ? message.error.metaMessages : []
  expect(lines[0]).toContain('serve-host.test.ts')
  expect(lines.length).toBeLessThanOrEqual(5)
})

test('what is thrown and is no error is a defect as well', async () => {
  const { port } = serve({ digest: () => Promise.reject('nothing there') })
  await port.receive({ id: 1, method: 'digest', parameters: [] })
  expect(port.sent).toEqual([
    {
      type: 'error',
      id: 1,
      error: {
        code: 'embedded-defect',
        category: 'runtime',
        shortMessage: 'nothing there',
        metaMessages: [],
        facts: {},
      },
    },
  ])
})

test('a failure of a node is told without being asked for', () => {
  const { port, fail } = serve({})
  const failure: NodeFailure = { layer: 'execution', name: 'node-2', reason: 'it could not go on' }
  fail(failure)
  expect(port.sent).toEqual([{ type: 'failure', failure }])
})
