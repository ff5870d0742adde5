import { expect, test } from 'vitest'
import type { ClientsUnderTest } from '../support/clients-under-test.ts'
import { splitAndHeal } from './reference-scenario.ts'

const processes = { execution: 'geth', consensus: 'prysm' }
const embedded = { execution: 'embedded', consensus: 'embedded' }

/** Each half has one node of either kind, so that both kinds must give a branch up, or take one. */
const mixed: ClientsUnderTest = {
  kind: 'Geth + Prysm and embedded in real time',
  time: 'real',
  slotDurationMs: 3_000,
  nodes: () => ({ nodes: [processes, embedded, processes, embedded], time: 'real', slotDurationMs: 3_000 }),
}

test('a split of a mixed network ends finality, and its heal brings it back', {
  timeout: 500_000,
}, async () => {
  const measured = await splitAndHeal({
    clients: mixed,
    options: { slotsPerEpoch: 6 },
    apartSlots: 13,
    agreeWithinSlots: 60,
  })
  console.log(`mixed: ${JSON.stringify(measured)}`)
  expect(measured.cut.slots).toBeLessThanOrEqual(3)
})
