import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nearestOf } from '../../../src/plan/nearest.ts'
import { OptionError } from '../../../src/plan/option-error.ts'
import { printPath, valueAt } from '../../../src/plan/option-path.ts'
import { printList } from '../../../src/plan/print-list.ts'
import { printValue } from '../../../src/plan/print-value.ts'

describe('an OptionError', () => {
  test('has the parts that are known, in order', () => {
    const error = new OptionError({
      code: 'option-unsupported',
      field: 'slotDurationMs',
      problem: 'prysm cannot keep it',
      given: 500,
      allowed: '2000 or more',
      hints: ['Try another client.'],
    })
    expect(error.message).toBe(
      [
        "Invalid option 'slotDurationMs': prysm cannot keep it.",
        '',
        'Given:   500',
        'Allowed: 2000 or more',
        'Try another client.',
      ].join('\n'),
    )
    expect(error).toMatchObject({
      name: 'OptionError',
      code: 'option-unsupported',
      category: 'options',
      field: 'slotDurationMs',
      facts: { field: 'slotDurationMs', given: 500, allowed: '2000 or more' },
    })
  })

  test('is one line when nothing else is known', () => {
    expect(new OptionError({ field: 'nodes' }).message).toBe("Invalid option 'nodes'.")
  })

  test('tells a value that is missing from one that is kept back', () => {
    expect(new OptionError({ field: 'x', given: undefined }).message).toContain('Given:   nothing')
    expect(new OptionError({ field: 'x' }).message).not.toContain('Given')
  })
})

describe('the nearest name', () => {
  test.each([
    ['geht', ['geth', 'reth'], 'geth'],
    ['GETH', ['geth'], 'geth'],
    ['mesh', ['star', 'full-mesh'], 'full-mesh'],
    ['slotDuration', ['seed', 'slotDurationMs'], 'slotDurationMs'],
    ['lighthouse', ['prysm'], undefined],
    ['a', ['b', 'c'], undefined],
    ['geth', [], undefined],
    ['x'.repeat(1000), ['x'], undefined],
    [7, ['7'], undefined],
  ])('to %j of %j is %j', (given, candidates, expected) => {
    expect(nearestOf(given, candidates)).toBe(expected)
  })
})

describe('a printed value', () => {
  test.each([
    [undefined, 'nothing'],
    ['ring', "'ring'"],
    [12n, '12n'],
    [{ a: [1, 2] }, '{ a: [ 1, 2 ] }'],
  ])('of %o is %s', (value, text) => {
    expect(printValue(value)).toBe(text)
  })

  test('is one short line, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 5 }), (value) => {
        expect(printValue(value)).toMatch(/^.{1,121}$/u)
      }),
    )
    expect(printValue('x'.repeat(100_000)).length).toBeLessThanOrEqual(121)
    expect(printValue({ text: 'line\nline' })).not.toContain('\n')
  })

  test('runs none of its code', () => {
    let calls = 0
    const spy = () => {
      calls += 1
      return 'called'
    }
    const sly = { toString: spy, toJSON: spy, [Symbol.for('nodejs.util.inspect.custom')]: spy }
    printValue(Object.defineProperty(sly, 'getter', { get: spy, enumerable: true }))
    expect(calls).toBe(0)
  })

  test('may hold itself', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    expect(printValue(circular)).toContain('Circular')
  })
})

test('a path reads like code', () => {
  expect(printPath(['validators', 'distribution', 2])).toBe('validators.distribution[2]')
  expect(printPath(['a key', 'b'])).toBe('["a key"].b')
  expect(printPath([])).toBe('options')
})

test('a value is found by its path, among own properties only', () => {
  expect(valueAt({ a: [{ b: 1 }] }, ['a', 0, 'b'])).toBe(1)
  expect(valueAt({ a: 1 }, ['a', 'b'])).toBeUndefined()
  expect(valueAt({}, ['constructor'])).toBeUndefined()
})

test('a long list is cut', () => {
  expect(printList(['a', 'b'])).toBe('a, b')
  expect(printList(Array.from({ length: 23 }, (_, item) => item))).toMatch(/, 19 and 3 more$/)
})
