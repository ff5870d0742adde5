import { describe, expect, test } from 'vitest'
import { HumanUp } from '../../../src/cli/up/human-up.ts'
import type { ReadyEvent, UpEvent } from '../../../src/cli/up/up-event.ts'
import { capturedOutput } from './captured-output.ts'
import { fakeNode } from './fake-network.ts'

function shown(...events: UpEvent[]): string {
  const { output, written } = capturedOutput()
  const human = new HumanUp(output, 'Ctrl-C')
  for (const event of events) human.emit(event)
  human[Symbol.dispose]()
  return written.stdout
}

function ready(accountCount: number): ReadyEvent {
  return {
    event: 'ready',
    startMs: 24_300,
    name: 'mine',
    state: 'running',
    directory: '/net',
    seed: 7,
    chainId: 1337,
    forks: { electra: 0 },
    genesisTime: 1_800_000_000,
    slotDurationMs: 2_000,
    slotsPerEpoch: 8,
    nodes: [fakeNode('node-0'), fakeNode('node-1')],
    accounts: Array.from({ length: accountCount }, (_, i) => ({
      address: `0xaddress${i}`,
      privateKey: `0xkey${i}`,
      balanceWei: '10000000000000000000000',
    })),
  }
}

describe('a network that is up', () => {
  test('is shown with all that is needed to use it', () => {
    const text = shown(ready(10))
    expect(text).toContain('mine is up after 24.3 s: 2 nodes, 32 validators, slots of 2 s, 8 an epoch')
    expect(text).toContain('10 accounts with 10000 ether')
    expect(text).toMatch(/^ {2}0xaddress2 {2}0xkey2$/m)
    expect(text).not.toContain('0xaddress3')
    expect(text).toContain('and 7 more')
    expect(text).toMatch(/^ {2}node-1 +geth\/prysm +http:\/\/127.0.0.1:20000 +http:\/\/127.0.0.1:20003 +16$/m)
    expect(text).toMatch(/Seed +7\n.*Directory +\/net\n.*Stop +Ctrl-C\n/)
  })

  test.each([
    [0, 'No prefunded accounts'],
    [1, '1 account with 10000 ether'],
  ])('with %d accounts says so', (count, line) => {
    const text = shown(ready(count))
    expect(text).toContain(line)
    expect(text).not.toContain('more')
  })
})

test('a crash is told with what the process logged last', () => {
  const crash = {
    title: 'node-1 geth',
    reason: 'it exited with code 1',
    logFile: '/net/geth.log',
    lastLines: ['Fatal: no space left'],
  }
  expect(shown({ event: 'node', name: 'node-1', state: 'failed', crash }).split('\n')).toEqual([
    '✗ node-1 failed: node-1 geth ended, it exited with code 1',
    '  | Fatal: no space left',
    '  Log: /net/geth.log',
    '  Start it again with `eth-localnet start node-1`',
    '',
  ])
})

test('other changes of a node are one line', () => {
  expect(shown({ event: 'node', name: 'node-1', state: 'paused', crash: undefined })).toBe(
    'node-1 is paused\n',
  )
})

test.each([
  ['SIGINT', 'Stopping the network (SIGINT) … Ctrl-C again kills it at once.'],
  ['SIGTERM', 'Stopping the network (SIGTERM) …'],
  ['down', 'Stopping the network (asked by `down`) …'],
] as const)('the end by %s is announced and told', (reason, line) => {
  const text = shown(
    { event: 'stopping', reason },
    { event: 'stopped', name: 'mine', directory: '/net', isKilled: false },
  )
  expect(text).toBe(`\n${line}\nmine is stopped. Its files are in /net\n`)
})
