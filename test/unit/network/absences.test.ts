import { expect, it } from 'vitest'
import { Absences } from '../../../src/network/absences.ts'

const inState = (state: 'running' | 'paused' | 'stopping' | 'stopped' | 'starting' | 'failed') => ({
  name: 'node-0',
  state,
})

it('a node misses what comes after it left, until it runs again', () => {
  const absences = new Absences()
  absences.noteState(inState('running'), 3)
  expect(absences.slotsMissed('node-0', 9)).toBe(0)
  absences.noteState(inState('stopping'), 10)
  absences.noteState(inState('stopped'), 11)
  absences.noteState(inState('starting'), 14)
  expect(absences.slotsMissed('node-0', 15)).toBe(5)
  absences.noteState(inState('running'), 16)
  expect(absences.slotsMissed('node-0', 20)).toBe(0)
})

it('a node that was behind when it left has missed that as well', () => {
  const absences = new Absences()
  absences.noteState(inState('failed'), 10 - 4)
  expect(absences.slotsMissed('node-0', 10)).toBe(4)
})

it('a node that was added has missed everything', () => {
  const absences = new Absences()
  absences.noteAdded('node-0')
  absences.noteState(inState('starting'), 30)
  expect(absences.slotsMissed('node-0', 31)).toBe(31)
})
