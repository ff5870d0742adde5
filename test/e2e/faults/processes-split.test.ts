import { expect, test } from 'vitest'
import { slowGethPrysm } from '../support/clients-under-test.ts'
import { splitAndHeal } from './reference-scenario.ts'

test('a split of processes ends finality, and its heal brings it back', { timeout: 500_000 }, async () => {
  const measured = await splitAndHeal({
    clients: slowGethPrysm,
    options: { slotsPerEpoch: 6 },
    apartSlots: 13,
    // Its beacon nodes fetch the other half's blocks one every 4 s, and then sync what has come meanwhile.
    agreeWithinSlots: 60,
  })
  console.log(`processes: ${JSON.stringify(measured)}`)
  expect(measured.cut.slots).toBeLessThanOrEqual(3)
})
