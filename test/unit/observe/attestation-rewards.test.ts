import { expect, it } from 'vitest'
import { voteShares } from '../../../src/observe/sources/attestation-rewards.ts'

const all = { source: 10, target: 20, head: 10 }
const wrongHead = { source: 10, target: 20, head: 0 }
const wrongTarget = { source: 10, target: -20, head: 0 }
const none = { source: -10, target: -20, head: 0 }

it('counts who was not punished, and whose head was rewarded', () => {
  expect(voteShares([all, wrongHead, wrongTarget, none])).toEqual({ source: 0.75, target: 0.5, head: 0.25 })
})

it('cannot tell heads in an inactivity leak, in which nobody is rewarded', () => {
  const inLeak = [{ source: 0, target: 0, head: 0 }, { source: 0, target: -20, head: 0 }, none]
  expect(voteShares(inLeak)).toEqual({ source: 2 / 3, target: 1 / 3, head: undefined })
})

it('knows that there was no right head when nobody voted', () => {
  expect(voteShares([none, none])).toEqual({ source: 0, target: 0, head: 0 })
})

it('says nothing when nobody was eligible', () => {
  expect(voteShares([])).toBeUndefined()
})
