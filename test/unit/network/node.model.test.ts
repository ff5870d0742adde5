import fc from 'fast-check'
import { expect, it } from 'vitest'
import { StateError } from '../../../src/network/errors.ts'
import { ProcessStartError } from '../../../src/processes/errors.ts'
import type { FakeClient } from './support/fake-client.ts'
import { type FakeNode, makeFakeNode } from './support/fake-node.ts'

class FakeStartFailure extends Error {}

const calls = ['start', 'stop', 'kill', 'pause', 'resume', 'restart'] as const
const events = ['crash execution', 'crash consensus', 'fail execution', 'fail consensus'] as const
type Action = (typeof calls)[number] | (typeof events)[number] | 'settle' | 'moment'

const actions = fc.array(fc.constantFrom<Action>(...calls, ...calls, ...events, 'settle', 'moment'), {
  maxLength: 30,
})
/** How many turns of the event loop each piece of a client's work takes, over and over. */
const turns = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 6 })

function clientOf({ execution, consensus }: FakeNode, action: Action): FakeClient {
  return action.endsWith('execution') ? execution : consensus
}

/** Both clients are in the phase that the node's state promises. */
function expectTruth({ node, execution, consensus }: FakeNode): void {
  const phases = [execution.phase, consensus.phase]
  if (node.state === 'running') expect(phases).toEqual(['up', 'up'])
  else if (node.state === 'stopped') expect(phases).toEqual(['down', 'down'])
  else if (node.state === 'paused') expect(phases).toEqual(['frozen', 'frozen'])
  else {
    expect(node.state).toBe('failed')
    expect(phases).toContain('down')
    expect(node.crash).toBeDefined()
  }
}

function makeSlowNode(turnsOfWork: readonly number[]): FakeNode {
  const fake = makeFakeNode()
  let piece = 0
  const work = async () => {
    const count = turnsOfWork[piece++ % turnsOfWork.length] ?? 0
    for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
  }
  fake.execution.work = work
  fake.consensus.work = work
  return fake
}

it('keeps its word in any sequence of overlapping calls, crashes and failures', async () => {
  await fc.assert(
    fc.asyncProperty(actions, turns, async (sequence, turnsOfWork) => {
      const fake = makeSlowNode(turnsOfWork)
      const pending: Promise<void>[] = []
      const failures: unknown[] = []
      const settle = async () => {
        await Promise.all(pending.splice(0))
        // Anything else is a broken contract: the fakes throw plain errors where the node misuses them.
        const unknown = failures.filter((failure) => !isExpected(failure))
        expect(unknown).toEqual([])
        expectTruth(fake)
      }
      for (const action of sequence) {
        if (action === 'settle') await settle()
        else if (action === 'moment') await new Promise(setImmediate)
        else if (action.startsWith('crash')) clientOf(fake, action).crash()
        else if (action.startsWith('fail')) clientOf(fake, action).failure = new FakeStartFailure()
        else pending.push(callOf(fake, action).catch((error) => void failures.push(error)))
      }
      await settle()
      await fake.node.stop()
      expect(fake.node.state).toBe('stopped')
      expect(fake.node.processes).toEqual([])
    }),
    { numRuns: 100 },
  )
})

it('ends where the last of many unawaited starts and stops leads', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<Action>('start', 'stop', 'kill', 'restart', 'moment'), { minLength: 1 }),
      turns,
      async (sequence, turnsOfWork) => {
        const fake = makeSlowNode(turnsOfWork)
        const pending = sequence.map(async (action) => {
          if (action === 'moment') await new Promise(setImmediate)
          else await callOf(fake, action)
        })
        await Promise.allSettled(pending)
        const last = sequence.findLast((action) => action !== 'moment')
        expect(fake.node.state).toBe(last === 'start' || last === 'restart' ? 'running' : 'stopped')
        expectTruth(fake)
      },
    ),
    { numRuns: 100 },
  )
})

it('is cleanly stopped only after a stop that nothing went wrong before', async () => {
  await fc.assert(
    fc.asyncProperty(actions, turns, async (sequence, turnsOfWork) => {
      const fake = makeSlowNode(turnsOfWork)
      await fake.node.start()
      // One call at a time, so that it is clear what came before what.
      let isClean = false
      for (const action of sequence.filter((one) => !one.startsWith('fail'))) {
        const { state: before } = fake.node
        if (action.startsWith('crash')) clientOf(fake, action).crash()
        else if (action !== 'settle' && action !== 'moment') await callOf(fake, action).catch(() => {})
        if (fake.node.state !== 'stopped') isClean = false
        else if (before !== 'stopped') isClean = action === 'stop' && before !== 'failed'
        expect(fake.node.isStoppedCleanly).toBe(isClean)
      }
    }),
    { numRuns: 100 },
  )
})

function isExpected(failure: unknown): boolean {
  return [StateError, ProcessStartError, FakeStartFailure].some((type) => failure instanceof type)
}

async function callOf({ node }: FakeNode, action: Action): Promise<void> {
  await node[action as (typeof calls)[number]]()
}
