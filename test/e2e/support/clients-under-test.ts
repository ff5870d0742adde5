import type { NetworkOptions } from 'eth-localnet'

/** A kind of network that the scenarios are run on, one and the same for all. */
export interface ClientsUnderTest {
  /** How it reads in a test's name. */
  readonly kind: string
  readonly time: 'real' | 'virtual'
  readonly slotDurationMs: number
  /** Options for so many nodes of this kind. */
  readonly nodes: (count: number) => Pick<NetworkOptions, 'nodes' | 'time' | 'slotDurationMs'>
}

function clientsUnderTest(
  clients: { execution: string; consensus: string },
  time: 'real' | 'virtual',
  slotDurationMs: number,
): ClientsUnderTest {
  const names = new Set([clients.execution, clients.consensus])
  return {
    kind: `${[...names].join(' + ')} in ${time} time`,
    time,
    slotDurationMs,
    nodes: (count) => ({ nodes: [{ ...clients, count }], time, slotDurationMs }),
  }
}

/** At 3 s slots, two cores leave every vote of four Prysms its time; at 2 s a few per cent come late. */
const slowSlotMs = 3_000

export const gethPrysm = clientsUnderTest({ execution: 'geth', consensus: 'prysm' }, 'real', 2_000)
export const slowGethPrysm = clientsUnderTest({ execution: 'geth', consensus: 'prysm' }, 'real', slowSlotMs)
const embedded = { execution: 'embedded', consensus: 'embedded' }
export const embeddedReal = clientsUnderTest(embedded, 'real', 1_000)
export const embeddedVirtual = clientsUnderTest(embedded, 'virtual', 1_000)
