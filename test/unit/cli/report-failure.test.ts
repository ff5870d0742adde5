import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { Interruption } from '../../../src/cli/exit-code.ts'
import { reportFailure } from '../../../src/cli/report-failure.ts'
import { RemoteError } from '../../../src/control/wire-error.ts'
import { BaseError, type ErrorCategory } from '../../../src/errors.ts'
import { OptionError } from '../../../src/plan/option-error.ts'
import { capturedOutput } from './captured-output.ts'

function failWith(error: unknown, form: { isJson?: boolean; isDebug?: boolean } = {}) {
  const captured = capturedOutput(form)
  const exitCode = reportFailure(error, captured.output, { isDebug: form.isDebug ?? false })
  return { ...captured, exitCode }
}

function baseError(category: ErrorCategory): BaseError {
  return new BaseError({
    code: 'example',
    category,
    shortMessage: 'It went wrong.',
    metaMessages: ['', 'First detail', '', 'Second detail', ''],
    facts: { value: 7 },
    cause: new Error('the cause'),
  })
}

describe('the exit code', () => {
  test.each<[string, unknown, number]>([
    ['bad options', baseError('options'), 2],
    ['a failed start', baseError('start'), 3],
    ['a failed check', baseError('check'), 4],
    ['a failure at run time', baseError('runtime'), 1],
    ['an option that cannot be planned', new OptionError({ field: 'nodes' }), 2],
    [
      'an error of another process',
      new RemoteError({ ...baseError('start'), metaMessages: [], facts: {} }),
      3,
    ],
    ['a defect', new TypeError('x is undefined'), 1],
    ['something that is no error', 'thrown text', 1],
    ['an unknown flag', new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"), 2],
    ['the help', new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'), 0],
    ['the version', new CommanderError(0, 'commander.version', '1.0.0'), 0],
    ['Ctrl-C', new Interruption('SIGINT'), 130],
    ['a termination', new Interruption('SIGTERM'), 143],
    ['a closed terminal', new Interruption('SIGHUP'), 129],
    ['down', new Interruption('down'), 0],
    ['a reader that went away', new Interruption('output-closed'), 0],
  ])('of %s', (_what, error, exitCode) => {
    expect(failWith(error).exitCode).toBe(exitCode)
  })
})

describe('for a person', () => {
  test('a few lines on standard error', () => {
    expect(failWith(baseError('start')).written).toEqual({
      stdout: '',
      stderr: '✗ It went wrong.\n  First detail\n\n  Second detail\n',
    })
  })

  test('a suggestion for a flag that does not exist', () => {
    const error = new CommanderError(
      1,
      'commander.unknownOption',
      "error: unknown option '--nodez'\n(Did you mean --nodes?)",
    )
    expect(failWith(error).written.stderr).toBe(
      "✗ Unknown option '--nodez'.\n  Did you mean --nodes?\n  See `eth-localnet --help`.\n",
    )
  })

  test('a defect is named as one', () => {
    const { written } = failWith(new TypeError('x is undefined'))
    expect(written.stderr).toContain('✗ Unexpected error: x is undefined\n')
    expect(written.stderr).toContain('--debug')
  })

  test.each([
    ['without --debug no stack', false],
    ['with --debug the stack and the cause', true],
  ])('%s', (_what, isDebug) => {
    const { stderr } = failWith(baseError('start'), { isDebug }).written
    expect(stderr.includes('at baseError')).toBe(isDebug)
    expect(stderr.includes('the cause')).toBe(isDebug)
  })

  test.each(['SIGINT', 'down'] as const)('nothing about %s, which is no failure', (reason) => {
    expect(failWith(new Interruption(reason)).written).toEqual({ stdout: '', stderr: '' })
  })
})

describe('for a program', () => {
  test('an event as well, without stack and cause', () => {
    const { events, written } = failWith(baseError('check'), { isJson: true })
    expect(events()).toEqual([
      {
        event: 'error',
        code: 'example',
        category: 'check',
        shortMessage: 'It went wrong.',
        metaMessages: ['', 'First detail', '', 'Second detail', ''],
        facts: { value: 7 },
      },
    ])
    expect(written.stderr).toContain('✗ It went wrong.')
  })

  test('facts that JSON cannot say do not spoil the others', () => {
    const circular: { self?: unknown } = {}
    circular.self = circular
    const error = new BaseError({
      code: 'example',
      category: 'runtime',
      shortMessage: 'It went wrong.',
      facts: { circular, big: 1n, missing: undefined, slot: 3 },
    })
    expect(failWith(error, { isJson: true }).events()[0]?.facts).toEqual({ slot: 3 })
  })
})
