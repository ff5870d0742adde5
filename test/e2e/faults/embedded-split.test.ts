import { expect, test } from 'vitest'
import { type ClientsUnderTest, embeddedReal, embeddedVirtual } from '../support/clients-under-test.ts'
import { splitAndHeal } from './reference-scenario.ts'

const options = { slotsPerEpoch: 4, preset: 'minimal' } as const

// In memory nobody waits before it dials again, so that the healed halves catch up within a slot or two.
async function split(clients: ClientsUnderTest, slotDurationMs: number): Promise<void> {
  const measured = await splitAndHeal({
    clients,
    options: { ...options, slotDurationMs },
    apartSlots: 14,
    agreeWithinSlots: 8,
  })
  console.log(`${clients.kind}: ${JSON.stringify(measured)}`)
  expect(measured.cut.slots).toBeLessThanOrEqual(1)
  expect(measured.healed.slots).toBeLessThanOrEqual(1)
}

test('a split ends finality, and its heal brings it back, in virtual time', () =>
  split(embeddedVirtual, 1_000))

// 2 s slots leave every vote its time, however busy the machine is.
test('a split ends finality, and its heal brings it back, in real time', () => split(embeddedReal, 2_000))
