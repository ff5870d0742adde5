import { expect, test } from 'vitest'
import { planTime } from '../../../src/plan/time.ts'
import { fakeGeth, fakeInProcess, fakePrysm } from './fake-registry.ts'
import { refusal } from './refusal.ts'

test('time is real unless it is said', () => {
  expect(planTime(undefined, [fakePrysm, fakeGeth])).toBe('real')
  expect(planTime(undefined, fakeInProcess)).toBe('real')
})

test('time is virtual when it is asked for and every client can keep it', () => {
  expect(planTime('virtual', fakeInProcess)).toBe('virtual')
})

test.each([
  ['all of them', [fakePrysm, fakeGeth], 'fake-prysm'],
  ['one of them', [fakeInProcess[1], fakeGeth], 'fake-geth'],
])('virtual time is refused when %s cannot keep it, in the name of the first', (_, clients, name) => {
  const error = refusal(() => planTime('virtual', clients))
  expect(error).toMatchObject({
    code: 'option-unsupported',
    category: 'options',
    field: 'time',
    facts: { given: 'virtual', allowed: 'real' },
  })
  expect(error.message).toContain(`${name} cannot run in virtual time`)
})

test('real time is refused as well when a client has none', () => {
  const simulated = { ...fakeGeth, name: 'fake-simulated', times: ['virtual'] as const }
  expect(refusal(() => planTime('real', [simulated])).message).toContain(
    'fake-simulated cannot run in real time',
  )
})
