import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capabilityRegistry } from '../../../src/clients/registry.ts'
import { cutOf, isolateOf, partitionOf, shapeOf, skewOf } from '../../../src/faults/fault-specs.ts'
import { type FaultHandle, Faults } from '../../../src/faults/faults.ts'
import { engineFaultOf } from '../../../src/faults/misbehaviour/engine-fault-of.ts'
import { misbehaviourOf } from '../../../src/faults/misbehaviour/misbehave-options.ts'
import type { Node } from '../../../src/network/node.ts'
import { planAddedNode } from '../../../src/plan/plan-added-node.ts'
import { planRemovedNode } from '../../../src/plan/plan-removed-node.ts'
import { examplePlan } from '../support/example-plan.ts'
import { FakeTarget } from './fake-target.ts'

const plan = examplePlan({ nodes: 4, validators: 16 })
const halves = partitionOf(plan, [['node-0', 'node-1']])
const isolated = isolateOf(plan, 'node-0')
const skewed = (skewMs: number) => skewOf(plan, { node: 'node-1', skewMs, hasOwnClock: true })

function setUp() {
  const target = new FakeTarget(plan)
  return { target, faults: new Faults(target) }
}

describe('a fault', () => {
  it('is in force from its call to its disposal, and told to the history as a span', async () => {
    const { target, faults } = setUp()
    {
      await using handle = await faults.begin(halves)
      expect(target.down()).toEqual(['0-2', '0-3', '1-2', '1-3'])
      expect(target.down('execution')).toEqual(target.down())
      expect(faults.inForce).toEqual([{ ...halves, id: 'partition-1', sinceMs: target.clock.nowMs }])
      expect(handle.fault).toBe(faults.inForce[0])
    }
    expect(faults.inForce).toEqual([])
    expect(target.isHealthy).toBe(true)
    expect(target.told).toEqual(['begin partition-1', 'end partition-1'])
  })

  it('ends alone: what others cut stays cut', async () => {
    const { target, faults } = setUp()
    const first = await faults.begin(halves)
    const second = await faults.begin(isolated)
    await first.end()
    expect(target.down()).toEqual(['0-1', '0-2', '0-3'])
    await second.end()
    await second.end()
    await first[Symbol.asyncDispose]()
    expect(target.isHealthy).toBe(true)
    expect(target.told).toEqual(['begin partition-1', 'begin isolate-1', 'end partition-1', 'end isolate-1'])
  })

  it('is taken back when it is not observed, and the error says what was seen', async () => {
    const { target, faults } = setUp()
    target.stubborn.add('node-3')
    const beganMs = target.clock.nowMs
    await expect(faults.begin(halves)).rejects.toMatchObject({
      code: 'fault-not-observed',
      facts: {
        missing: [
          'node-0 - node-3 (execution): still connected',
          'node-0 - node-3 (consensus): still connected',
          'node-1 - node-3 (execution): still connected',
          'node-1 - node-3 (consensus): still connected',
        ],
      },
    })
    expect(target.clock.nowMs - beganMs).toBeLessThanOrEqual(30_000)
    expect(target.isHealthy).toBe(true)
    expect(faults.inForce).toEqual([])
  })

  it('is taken back when its call is aborted, or its links cannot be set', async () => {
    const { target, faults } = setUp()
    const abort = new AbortController()
    target.stubborn.add('node-3')
    target.onWait = () => abort.abort(new Error('enough'))
    await expect(faults.begin(halves, { signal: abort.signal })).rejects.toThrow('enough')
    expect(target.isHealthy).toBe(true)
    target.stubborn.clear()
    target.failure = new Error('the thread has ended')
    await expect(faults.begin(halves)).rejects.toThrow('the thread has ended')
    target.failure = undefined
    expect(faults.inForce).toEqual([])
    // What could not be set is set again, whatever it was.
    await faults.begin(isolated)
    expect(target.down()).toEqual(['0-1', '0-2', '0-3'])
    await faults.heal()
    expect(target.isHealthy).toBe(true)
    await expect(faults.begin(halves, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })

  it('that is healed by another call before it was observed says so', async () => {
    const { target, faults } = setUp()
    target.stubborn.add('node-3')
    target.onWait = () => void faults.heal().catch(() => {})
    await expect(faults.begin(halves)).rejects.toMatchObject({ code: 'fault-ended' })
    expect(faults.inForce).toEqual([])
  })

  it('asks nobody for nodes that do not run', async () => {
    const { target, faults } = setUp()
    target.states.set('node-3', 'stopped')
    await using _ = await faults.begin(isolateOf(plan, 'node-3'))
    expect(target.down()).toEqual(['0-3', '1-3', '2-3'])
  })

  it('of validators is told to every node that holds some, and taken back when one takes no orders', async () => {
    const { target, faults } = setUp()
    target.disobedient.add('node-2')
    const crossing = misbehaviourOf(plan, { validators: [1, 5, 9], deed: 'offline' })
    await expect(faults.begin(crossing)).rejects.toThrow('node-2 takes no orders')
    expect(faults.inForce).toEqual([])
    target.disobedient.clear()
    await expect(faults.begin(crossing)).resolves.toMatchObject({ fault: { id: 'misbehaviour-2' } })
    expect([...target.misconduct]).toEqual([
      ['node-0 misbehaviour-2', 'offline'],
      ['node-1 misbehaviour-2', 'offline'],
      ['node-2 misbehaviour-2', 'offline'],
    ])
    target.manifest = planRemovedNode(plan, 'node-1')
    await faults.heal({ fault: 'misbehaviour-2' })
    // Whoever is gone is told nothing.
    expect([...target.misconduct.keys()]).toEqual(['node-1 misbehaviour-2'])
  })

  it('that this machine cannot make is refused before anything has changed', async () => {
    const target = new FakeTarget(
      examplePlan({ nodes: [{ execution: 'geth', consensus: 'prysm', count: 2 }] }),
    )
    const faults = new Faults(target)
    const lossy = shapeOf(target.manifest, { a: 'node-0', b: 'node-1' }, { lossPercent: 5 })
    target.canLose = false
    await expect(faults.begin(lossy)).rejects.toThrow('no packets can be lost here')
    expect(target.told).toEqual([])
    expect(target.links.size).toBe(0)
    target.canLose = true
    await faults.begin(lossy)
    expect(target.told).toEqual(['begin shape-1'])
  })

  it('on links in memory needs nothing of the machine to lose messages', async () => {
    const { target, faults } = setUp()
    target.canLose = false
    await faults.begin(shapeOf(plan, { a: 'node-0', b: 'node-1' }, { lossPercent: 5 }))
    expect(target.told).toEqual(['begin shape-1'])
  })

  it('cannot be one of too many', async () => {
    const { faults } = setUp()
    const slow = shapeOf(plan, { a: 'node-0', b: 'node-1' }, { latencyMs: 1 })
    for (let i = 0; i < 256; i++) await faults.begin(slow)
    await expect(faults.begin(slow)).rejects.toMatchObject({ code: 'fault-invalid' })
    await faults.heal()
    await faults.begin(slow)
  })
})

describe('healing', () => {
  it('ends all faults, and does nothing the second time', async () => {
    const { target, faults } = setUp()
    await faults.begin(halves)
    await faults.begin(cutOf(plan, 'node-0', 'node-1'))
    await faults.begin(skewed(500))
    await faults.begin(misbehaviourOf(plan, { node: 'node-2', deed: 'offline' }))
    await faults.begin(engineFaultOf(plan, 'node-3', { kind: 'syncing' }))
    await faults.heal()
    await faults.heal()
    expect(target.isHealthy).toBe(true)
    expect(target.misconduct).toEqual(new Map())
    expect([...target.skews.values()]).toEqual([0])
    expect(faults.inForce).toEqual([])
  })

  it('ends one fault of any kind by its id', async () => {
    const { target, faults } = setUp()
    await faults.begin(halves)
    await faults.begin(skewed(500))
    await faults.heal({ fault: 'skew-1' })
    expect(target.skews.get('node-1')).toBe(0)
    expect(faults.inForce.map(({ id }) => id)).toEqual(['partition-1'])
    await expect(faults.heal({ fault: 'skew-1' })).rejects.toMatchObject({
      code: 'fault-invalid',
      message: expect.stringContaining('In force: partition-1'),
    })
  })

  it('that is not observed says who is missing, and has ended the fault all the same', async () => {
    const { target, faults } = setUp()
    const handle = await faults.begin(isolated)
    target.stubborn.add('node-1')
    await expect(handle.end()).rejects.toMatchObject({
      code: 'fault-not-observed',
      facts: {
        missing: [expect.stringContaining('node-0 - node-1'), expect.stringContaining('not connected again')],
      },
    })
    expect(faults.inForce).toEqual([])
    expect(target.down()).toEqual(['0-1'])
  })

  it('waits for no link that another fault has cut meanwhile', async () => {
    const { target, faults } = setUp()
    const handle = await faults.begin(isolated)
    target.stubborn.add('node-1')
    let begun: Promise<FaultHandle> | undefined
    target.onWait = () => {
      begun ??= faults
        .begin(isolateOf(plan, 'node-1'), { signal: AbortSignal.timeout(5_000) })
        .catch(() => handle)
    }
    await handle.end()
    await begun
  })
})

describe('skews of one clock', () => {
  it('add up, and end each for itself', async () => {
    const { target, faults } = setUp()
    const one = await faults.begin(skewed(500))
    await faults.begin(skewed(-200))
    expect(target.skews.get('node-1')).toBe(300)
    await one.end()
    expect(target.skews.get('node-1')).toBe(-200)
  })
})

describe('when nodes change', () => {
  it('an added node comes under the faults in force', async () => {
    const { target, faults } = setUp()
    await faults.begin(halves)
    target.manifest = planAddedNode(plan, { name: 'late', peers: ['node-0', 'node-2'] }, capabilityRegistry)
    await faults.onNodesChanged()
    // Nobody named it, so it belongs to those that nobody named.
    expect(target.down()).toEqual(['0-2', '0-3', '1-2', '1-3', '0-late'])
  })

  it('the faults of a removed node end with it, and another one of its name has none', async () => {
    const { target, faults } = setUp()
    await faults.begin(isolateOf(plan, 'node-3'))
    await faults.begin(cutOf(plan, 'node-2', 'node-3'))
    await faults.begin(halves)
    target.manifest = planRemovedNode(plan, 'node-3')
    await faults.onNodesChanged()
    expect(faults.inForce.map(({ id }) => id)).toEqual(['partition-1'])
    await faults.heal()
    target.links.clear()
    target.manifest = planAddedNode(
      target.manifest,
      { name: 'node-3', peers: ['node-2'] },
      capabilityRegistry,
    )
    await faults.onNodesChanged()
    expect(target.down()).toEqual([])
    await using _ = await faults.begin(isolateOf(target.manifest, 'node-3'))
    expect(target.down()).toEqual(['2-3'])
  })

  it('one that is paused or killed is a fault until it runs again', () => {
    const { target, faults } = setUp()
    const tell = (state: Node['state'], isKilled = false) =>
      faults.onNodeState({ name: 'node-2', state, isKilled } as Node)
    tell('running')
    tell('paused')
    tell('paused')
    expect(faults.inForce).toMatchObject([{ id: 'pause-1', parameters: { node: 'node-2' } }])
    tell('stopped', true)
    expect(faults.inForce).toMatchObject([{ id: 'kill-1' }])
    tell('starting', true)
    tell('running')
    expect(faults.inForce).toEqual([])
    expect(target.told).toEqual(['begin pause-1', 'end pause-1', 'begin kill-1', 'end kill-1'])
  })
})

describe('when the network ends', () => {
  it('all faults have ended, and what is waited for is given up', async () => {
    const { target, faults } = setUp()
    const handle = await faults.begin(halves)
    target.stubborn.add('node-3')
    target.onWait = () => faults.close()
    const healing = handle.end()
    const beginning = faults.begin(isolated)
    await expect(beginning).rejects.toMatchObject({ code: 'wrong-state' })
    await healing
    expect(faults.inForce).toEqual([])
    faults.close()
    await handle.end()
    await faults.heal()
    await expect(faults.begin(halves)).rejects.toMatchObject({ code: 'wrong-state' })
    expect(target.told).toEqual(['begin partition-1', 'end partition-1', 'begin isolate-1', 'end isolate-1'])
  })
})

it('after any sequence of faults and disposals, the disposal of the rest leaves everything healed', async () => {
  const specs = [
    halves,
    isolated,
    cutOf(plan, 'node-1', 'node-2'),
    shapeOf(plan, { a: 'node-2', b: 'node-3' }, { latencyMs: 9 }),
    skewed(40),
  ]
  const step = fc.oneof(
    fc.record({ begin: fc.constantFrom(...specs) }),
    fc.record({ end: fc.nat({ max: 9 }) }),
    fc.constant('heal' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.boolean(), async (steps, atOnce) => {
      const { target, faults } = setUp()
      const handles: FaultHandle[] = []
      const take = async (one: (typeof steps)[number]) => {
        if (one === 'heal') await faults.heal()
        else if ('begin' in one) handles.push(await faults.begin(one.begin))
        else await handles[one.end]?.end()
      }
      // Only a fault that another call has ended meanwhile may fail.
      const tolerate = (error: { code?: string }) => expect(error.code).toBe('fault-ended')
      if (atOnce) await Promise.all(steps.map((one) => take(one).catch(tolerate)))
      else for (const one of steps) await take(one)
      await Promise.all(handles.map((handle) => handle[Symbol.asyncDispose]()))
      await faults.heal()
      expect(faults.inForce).toEqual([])
      expect(target.isHealthy).toBe(true)
      expect([...target.skews.values()].every((skewMs) => skewMs === 0)).toBe(true)
    }),
    { numRuns: 60 },
  )
})
