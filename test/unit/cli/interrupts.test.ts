import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest'
import { Interruption } from '../../../src/cli/exit-code.ts'
import { Interrupts } from '../../../src/cli/interrupts.ts'

type HandleInterruption = (interruption: Interruption) => void

let source: EventEmitter
let handlers: { onFirst: Mock<HandleInterruption>; onRepeat: Mock<HandleInterruption> }
let interrupts: Interrupts

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  source = new EventEmitter()
  handlers = { onFirst: vi.fn(), onRepeat: vi.fn() }
  interrupts = new Interrupts(handlers, source)
})

afterEach(() => {
  interrupts[Symbol.dispose]()
  vi.useRealTimers()
})

function receive(name: string): void {
  source.emit(name, name)
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s aborts the signal with itself as the reason', (name) => {
  receive(name)
  expect(interrupts.signal.aborted).toBe(true)
  expect(interrupts.signal.reason).toBeInstanceOf(Interruption)
  expect(interrupts.signal.reason).toMatchObject({ reason: name })
  expect(handlers.onFirst).toHaveBeenCalledWith(interrupts.signal.reason)
  expect(handlers.onRepeat).not.toHaveBeenCalled()
})

test('a second Ctrl-C is in a hurry', () => {
  receive('SIGINT')
  vi.advanceTimersByTime(600)
  receive('SIGINT')
  expect(handlers.onFirst).toHaveBeenCalledTimes(1)
  expect(handlers.onRepeat).toHaveBeenCalledTimes(1)
  expect(handlers.onRepeat.mock.calls[0]?.[0]).toMatchObject({ exitCode: 130 })
})

test('the same Ctrl-C, passed on by npm, is not a second one', () => {
  receive('SIGINT')
  vi.advanceTimersByTime(20)
  receive('SIGINT')
  expect(handlers.onRepeat).not.toHaveBeenCalled()
})

describe('a request from within', () => {
  test('aborts once', () => {
    interrupts.request('down')
    interrupts.request('down')
    expect(handlers.onFirst).toHaveBeenCalledTimes(1)
    expect(interrupts.signal.reason).toMatchObject({ reason: 'down', exitCode: 0 })
  })

  test('is followed by a Ctrl-C that is in a hurry', () => {
    interrupts.request('down')
    receive('SIGINT')
    expect(handlers.onRepeat).toHaveBeenCalledTimes(1)
  })
})

test('listens no longer than it lives', () => {
  interrupts[Symbol.dispose]()
  receive('SIGINT')
  expect(interrupts.signal.aborted).toBe(false)
  expect(source.eventNames()).toEqual([])
})
