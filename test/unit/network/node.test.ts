import { describe, expect, it } from 'vitest'
import { StateError } from '../../../src/network/errors.ts'
import { ProcessStartError } from '../../../src/processes/errors.ts'
import { makeFakeNode } from './support/fake-node.ts'

/** A promise that a test settles itself. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

describe('start', () => {
  it('starts the execution client before the consensus client, which would redial it only much later', async () => {
    const { node, calls, states } = makeFakeNode()
    await node.start()
    expect(calls).toEqual(['start execution', 'start consensus'])
    expect(states).toEqual(['starting', 'running'])
    expect(node.processes.map(({ layer }) => layer)).toEqual(['execution', 'consensus'])
  })

  it('is joined by a second start, and does nothing on a running node', async () => {
    const { node, execution } = makeFakeNode()
    await Promise.all([node.start(), node.start()])
    await node.start()
    expect(execution.starts).toBe(1)
  })

  it('fails both callers that joined, with the same error', async () => {
    const { node, execution } = makeFakeNode()
    execution.failure = new Error('no disk')
    const outcomes = await Promise.allSettled([node.start(), node.start()])
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message)).toEqual([
      'no disk',
      'no disk',
    ])
  })

  it('leaves nothing when the consensus client fails, and can be tried again', async () => {
    const { node, execution, consensus } = makeFakeNode()
    consensus.failure = new Error('bad genesis')
    await expect(node.start()).rejects.toThrow('bad genesis')
    expect(node.state).toBe('stopped')
    expect(node.processes).toEqual([])
    expect(execution.phase).toBe('down')
    await node.start()
    expect(node.state).toBe('running')
  })

  it('ends with the reason of its signal, and leaves nothing', async () => {
    const { node, consensus } = makeFakeNode()
    const abort = new AbortController()
    const reason = new Error('enough')
    consensus.work = async () => abort.abort(reason)
    await expect(node.start({ signal: abort.signal })).rejects.toBe(reason)
    expect(node.state).toBe('stopped')
    expect(node.processes).toEqual([])
  })

  it('does not even begin when its signal was aborted before', async () => {
    const { node, calls } = makeFakeNode()
    await expect(node.start({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    expect(calls).toEqual([])
  })

  it('resumes a paused node', async () => {
    const { node, execution, consensus } = makeFakeNode()
    await node.start()
    await node.pause()
    await node.start()
    expect(node.state).toBe('running')
    expect([execution.phase, consensus.phase]).toEqual(['up', 'up'])
    expect(execution.starts).toBe(1)
  })
})

describe('stop', () => {
  it('stops the consensus client first, and does nothing on a stopped node', async () => {
    const { node, calls, states } = makeFakeNode()
    await node.start()
    calls.length = 0
    await node.stop()
    await node.stop()
    expect(calls).toEqual(['stop consensus', 'stop execution'])
    expect(states.slice(-2)).toEqual(['stopping', 'stopped'])
    expect(node.isStoppedCleanly).toBe(true)
  })

  it('ends a start that is under way, and the start says so', async () => {
    const { node, execution } = makeFakeNode()
    const begun = gate()
    execution.work = async (what) => {
      begun.open()
      if (what === 'start') await new Promise(() => {})
    }
    const starting = node.start()
    await begun.opened
    const stopping = node.stop()
    await expect(starting).rejects.toThrow(StateError)
    await expect(starting).rejects.toMatchObject({ code: 'wrong-state' })
    await stopping
    expect(node.state).toBe('stopped')
    expect(node.processes).toEqual([])
  })

  it('lets a start that is asked for after it begin anew instead of joining the one that it ended', async () => {
    const { node } = makeFakeNode()
    const [first, , second] = await Promise.allSettled([node.start(), node.stop(), node.start()])
    expect(first.status).toBe('rejected')
    expect(second.status).toBe('fulfilled')
    expect(node.state).toBe('running')
  })

  it('is the last word when it comes during a restart', async () => {
    const { node } = makeFakeNode()
    await node.start()
    const restarting = node.restart()
    await node.stop()
    await expect(restarting).rejects.toThrow(StateError)
    expect(node.state).toBe('stopped')
    expect(node.processes).toEqual([])
  })

  it('continues a paused node, which could not stop otherwise', async () => {
    const { node, consensus } = makeFakeNode()
    await node.start()
    await node.pause()
    await node.stop()
    expect(node.state).toBe('stopped')
    expect(consensus.phase).toBe('down')
    expect(node.isStoppedCleanly).toBe(true)
  })

  it('is not a clean one when a client had to be killed', async () => {
    const { node, execution } = makeFakeNode()
    await node.start()
    execution.stopOutcome = 'forced'
    await node.stop()
    expect(node.isStoppedCleanly).toBe(false)
  })

  it('is not a clean one when a client crashes while the other one stops', async () => {
    const { node, execution, consensus, states } = makeFakeNode()
    await node.start()
    consensus.work = async () => execution.crash()
    await node.stop()
    expect(node.isStoppedCleanly).toBe(false)
    expect(states).not.toContain('failed')
  })
})

describe('kill, pause and resume', () => {
  it('kills both clients, and the node is then not cleanly stopped', async () => {
    const { node, calls } = makeFakeNode()
    await node.start()
    await node.kill()
    expect(calls).toEqual(expect.arrayContaining(['kill consensus', 'kill execution']))
    expect(node.state).toBe('stopped')
    expect(node.processes).toEqual([])
    expect(node.isStoppedCleanly).toBe(false)
  })

  it('leaves a node cleanly stopped that was so before the kill', async () => {
    const { node } = makeFakeNode()
    await node.start()
    await node.stop()
    await node.kill()
    expect(node.isStoppedCleanly).toBe(true)
  })

  it('freezes and continues both clients, and each may be asked for twice', async () => {
    const { node, execution, consensus } = makeFakeNode()
    await node.start()
    await node.pause()
    await node.pause()
    expect([node.state, execution.phase, consensus.phase]).toEqual(['paused', 'frozen', 'frozen'])
    await node.resume()
    await node.resume()
    expect([node.state, execution.phase, consensus.phase]).toEqual(['running', 'up', 'up'])
  })

  it('refuses to pause or resume a node that does not run, naming its state', async () => {
    const { node } = makeFakeNode()
    await expect(node.pause()).rejects.toThrow('Cannot pause node-0: it is stopped.')
    await expect(node.resume()).rejects.toThrow('Cannot resume node-0: it is stopped.')
    await expect(node.resume()).rejects.toThrow(StateError)
  })

  it('waits for a start that is under way before it pauses', async () => {
    const { node } = makeFakeNode()
    await Promise.all([node.start(), node.pause()])
    expect(node.state).toBe('paused')
  })

  it('never starts a retired node again', async () => {
    const { node } = makeFakeNode()
    await node.start()
    await node.retire()
    await expect(node.start()).rejects.toThrow(StateError)
    expect(node.processes).toEqual([])
  })
})

describe('a crash', () => {
  it('of a running node makes it fail, and tells which process it was', async () => {
    const { node, execution, states } = makeFakeNode()
    await node.start()
    execution.crash()
    expect(node.state).toBe('failed')
    expect(states.at(-1)).toBe('failed')
    expect(node.crash).toMatchObject({ title: 'node-0 execution', reason: 'it exited with code 2' })
    expect(node.isStoppedCleanly).toBe(false)
  })

  it('is not forgotten by a stop: the node is stopped, but not cleanly', async () => {
    const { node, consensus } = makeFakeNode()
    await node.start()
    consensus.crash()
    await node.stop()
    expect(node.state).toBe('stopped')
    expect(node.isStoppedCleanly).toBe(false)
    expect(node.crash).toBeDefined()
  })

  it('of the execution client fails the start that waits for the consensus client', async () => {
    const { node, execution, consensus } = makeFakeNode()
    consensus.work = async (what) => {
      if (what === 'start') execution.crash()
      await new Promise(setImmediate)
    }
    const starting = node.start()
    await expect(starting).rejects.toThrow(ProcessStartError)
    await expect(starting).rejects.toThrow('node-0 execution did not start: it exited with code 2.')
    expect(node.state).toBe('stopped')
    expect(consensus.phase).toBe('down')
  })

  it('at the very moment in which the consensus client becomes ready fails the start too', async () => {
    const { node, execution, consensus } = makeFakeNode()
    const start = consensus.start.bind(consensus)
    consensus.start = async (signal) => {
      await start(signal)
      execution.crash()
    }
    await expect(node.start()).rejects.toThrow(ProcessStartError)
    expect(node.processes).toEqual([])
  })

  it('is mended by a start, which ends what still ran', async () => {
    const { node, execution, calls } = makeFakeNode()
    await node.start()
    execution.crash()
    calls.length = 0
    await node.start()
    expect(calls).toEqual(['stop consensus', 'stop execution', 'start execution', 'start consensus'])
    expect(node.state).toBe('running')
    expect(node.crash).toBeUndefined()
  })
})
