import type { Node } from 'eth-localnet'

/** Slots from one to before another one in which a node's canonical chain has no block. */
export async function missedSlots({ consensus }: Node, fromSlot: number, toSlot: number): Promise<number[]> {
  const slots = Array.from({ length: toSlot - fromSlot }, (_, index) => fromSlot + index)
  const responses = await Promise.all(
    slots.map((slot) => fetch(`${consensus.apiUrl}/eth/v1/beacon/headers/${slot}`)),
  )
  const unexpected = responses.find(({ status }) => status !== 200 && status !== 404)
  if (unexpected !== undefined) throw new Error(`${unexpected.url} answered ${unexpected.status}`)
  return slots.filter((_, index) => responses[index]?.status === 404)
}
