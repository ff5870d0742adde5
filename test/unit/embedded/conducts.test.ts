import { expect, test } from 'vitest'
import { type Conduct, honestConduct } from '../../../src/embedded/validator/conduct.ts'
import { Conducts } from '../../../src/embedded/validator/conducts.ts'

const silent: Conduct = { ...honestConduct, performs: () => false }
const idle: Conduct = { ...honestConduct, performs: (duty) => duty !== 'proposal' }

test('validators are honest but for those assigned, in their slots', () => {
  const conducts = new Conducts()
  conducts.assign('a', silent, { validatorIndices: [3], fromSlot: 5, untilSlot: 7 })
  expect([4, 5, 6, 7].map((slot) => conducts.of(3, slot) === silent)).toEqual([false, true, true, false])
  expect(conducts.of(2, 5)).toBe(honestConduct)
})

test('what was assigned last counts, and what is taken back does not', () => {
  const conducts = new Conducts()
  conducts.assign('a', silent, { validatorIndices: [3], fromSlot: 0 })
  conducts.assign('b', idle, { validatorIndices: [3], fromSlot: 0 })
  expect(conducts.of(3, 9)).toBe(idle)
  conducts.takeBack('b')
  expect(conducts.of(3, 9)).toBe(silent)
  conducts.takeBack('a')
  expect(conducts.of(3, 9)).toBe(honestConduct)
})

test('duties that are not done are left out', () => {
  const conducts = new Conducts()
  const duties = [{ validatorIndex: 1 }, { validatorIndex: 2 }]
  conducts.assign('a', idle, { validatorIndices: [2], fromSlot: 0 })
  expect(conducts.performed('proposal', 4, duties)).toEqual([{ validatorIndex: 1 }])
  expect(conducts.performed('attestation', 4, duties)).toEqual(duties)
})
