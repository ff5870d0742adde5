import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StageDisplay } from '../../../src/cli/up/stage-display.ts'
import { capturedOutput } from './captured-output.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('without a terminal: a line when a stage is done, and one every 5 s while it lasts', () => {
  const { output, written } = capturedOutput()
  const stages = new StageDisplay(output)
  stages.update({ stage: 'clients', message: 'looking for the clients' })
  stages.update({ stage: 'clients', message: 'geth 1.16.7 (cache)' })
  vi.advanceTimersByTime(100)
  stages.update({ stage: 'genesis', message: 'making the genesis with 64 validators' })
  vi.advanceTimersByTime(400)
  stages.update({ stage: 'start', message: 'starting the nodes', done: 0, total: 4 })
  vi.advanceTimersByTime(11_000)
  stages.update({ stage: 'start', message: 'node-3 is up', done: 4, total: 4 })
  vi.advanceTimersByTime(1_000)
  stages.finish()
  expect(written.stdout.split('\n')).toEqual([
    '✓ clients  geth 1.16.7 (cache)  0.1 s',
    '✓ genesis  with 64 validators  0.4 s',
    '· nodes    0/4 starting the nodes  5.0 s',
    '· nodes    0/4 starting the nodes  10.0 s',
    '✓ nodes    4 of 4 up  12.0 s',
    '',
  ])
})

test('many updates of a stage are no more lines than its time is worth', () => {
  const { output, written } = capturedOutput()
  const stages = new StageDisplay(output)
  for (let second = 1; second <= 20; second += 1) {
    stages.update({ stage: 'head', message: 'waiting for a common head', done: second % 3, total: 4 })
    vi.advanceTimersByTime(1_000)
  }
  expect(written.stdout.trimEnd().split('\n')).toHaveLength(4)
  stages[Symbol.dispose]()
})

test('on a terminal the line of the stage is drawn over, every second', () => {
  const { output, written } = capturedOutput({ isTerminal: true, isNoColour: true })
  const stages = new StageDisplay(output)
  stages.update({ stage: 'peers', message: 'connecting the peers', done: 1, total: 6 })
  vi.advanceTimersByTime(2_000)
  stages.finish()
  const line = (text: string) => `\r\u001b[2K${text}`
  expect(written.stdout).toBe(
    [
      line('· peers    1/6 connecting the peers  0.0 s'),
      line('· peers    1/6 connecting the peers  1.0 s'),
      line('· peers    1/6 connecting the peers  2.0 s'),
      line(''),
      '✓ peers    1 of 6 connections are there  2.0 s\n',
    ].join(''),
  )
})

test('a line that is drawn over never wraps', () => {
  const { output, written } = capturedOutput({ isTerminal: true, isNoColour: true })
  const stages = new StageDisplay(output)
  stages.update({ stage: 'clients', message: 'x'.repeat(200) })
  stages[Symbol.dispose]()
  const drawn = written.stdout.split('\r\u001b[2K').filter((text) => text !== '')
  expect(drawn.map((text) => text.length)).toEqual([79])
})

test('nothing is drawn after the end', () => {
  const { output, written } = capturedOutput()
  const stages = new StageDisplay(output)
  stages.update({ stage: 'head', message: 'waiting' })
  stages[Symbol.dispose]()
  vi.advanceTimersByTime(60_000)
  stages.finish()
  expect(written.stdout).toBe('')
})
