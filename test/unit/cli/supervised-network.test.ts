import { beforeEach, describe, expect, test, vi } from 'vitest'
import { SupervisedNetwork } from '../../../src/control/supervised-network.ts'

const onStop = vi.fn()
let supervised: SupervisedNetwork

beforeEach(() => {
  onStop.mockClear()
  supervised = new SupervisedNetwork({ name: 'mine', directory: '/net', onStop })
})

describe('while the network starts', () => {
  test('the summary tells how far it is', () => {
    supervised.setActivity('starting the nodes (1/4)')
    expect(supervised.summary()).toEqual({
      name: 'mine',
      state: 'starting',
      directory: '/net',
      activity: 'starting the nodes (1/4)',
      slot: null,
      nodes: [],
    })
  })

  test.each<[string, () => Promise<unknown>]>([
    ['the status', () => supervised.status(new AbortController().signal)],
    ['an action', () => supervised.act('node-0', 'stop')],
    ['a new node', () => supervised.addNode({})],
    ['the removal of a node', () => supervised.removeNode('node-0')],
  ])('%s is refused', async (_what, ask) => {
    await expect(ask()).rejects.toMatchObject({
      code: 'wrong-state',
      shortMessage: expect.stringContaining('the network mine is starting'),
      metaMessages: [expect.stringContaining('eth-localnet ps')],
    })
  })

  test('it can be stopped', () => {
    supervised.stop()
    expect(onStop).toHaveBeenCalledTimes(1)
  })
})

test('a network that stops takes no more commands', async () => {
  supervised.setStopping()
  expect(supervised.summary().state).toBe('stopping')
  await expect(supervised.act('node-0', 'start')).rejects.toMatchObject({ code: 'wrong-state' })
})
