import { describe, expect, test } from 'vitest'
import { capturedOutput } from './captured-output.ts'

const controlSequence = '\u001b['

describe('for a person', () => {
  test('prints lines and no events', () => {
    const { output, written } = capturedOutput()
    output.print('one', 'two')
    output.event({ event: 'slot' })
    expect(written).toEqual({ stdout: 'one\ntwo\n', stderr: '' })
  })

  test('draws over a line on a terminal only', () => {
    const terminal = capturedOutput({ isTerminal: true })
    const file = capturedOutput()
    terminal.output.redraw('busy')
    file.output.redraw('busy')
    expect(terminal.written.stdout).toBe(`\r${controlSequence}2Kbusy`)
    expect(file.written.stdout).toBe('')
  })

  test.each([
    ['a terminal', { isTerminal: true }, true],
    ['a file', {}, false],
    ['a terminal with NO_COLOR', { isTerminal: true, isNoColour: true }, false],
  ])('colours on %s: %o', (_where, form, isColoured) => {
    const { output } = capturedOutput(form)
    expect(output.style('red', 'x').includes(controlSequence)).toBe(isColoured)
    expect(output.errorStyle('red', 'x').includes(controlSequence)).toBe(isColoured)
  })
})

describe('for a program', () => {
  test('prints one object a line and nothing else', () => {
    const { output, written, events } = capturedOutput({ isJson: true, isTerminal: true })
    output.print('for a person')
    output.redraw('busy')
    output.event({ event: 'one', text: 'two\nlines' })
    output.event({ event: 'two', missing: undefined, nested: { missing: undefined } })
    expect(written.stdout.split('\n')).toHaveLength(3)
    expect(events()).toEqual([
      { event: 'one', text: 'two\nlines' },
      { event: 'two', missing: null, nested: { missing: null } },
    ])
  })

  test('still complains on standard error', () => {
    const { output, written } = capturedOutput({ isJson: true })
    output.complain('this failed')
    expect(written).toEqual({ stdout: '', stderr: 'this failed\n' })
  })
})
