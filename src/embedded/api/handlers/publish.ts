import { PublishError } from '../../production/publisher.ts'
import { BeaconApiError, type IndexedFailure } from '../errors.ts'

/** @throws BeaconApiError 400 when the rules of gossip do not let it pass */
export async function publishOne(publish: () => Promise<void>): Promise<void> {
  const [failure] = await failuresOf(publish)
  if (failure !== undefined) throw new BeaconApiError(400, `Not published: ${failure.message}.`)
}

/** @throws BeaconApiError 400 that names each item that the rules of gossip do not let pass */
export async function publishList(publish: () => Promise<void>): Promise<void> {
  refuse(await failuresOf(publish))
}

/** The same for what is published one by one. */
export async function publishEach<Item>(
  items: readonly Item[],
  publish: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: IndexedFailure[] = []
  for (const [index, item] of items.entries()) {
    for (const { message } of await failuresOf(() => publish(item))) failures.push({ index, message })
  }
  refuse(failures)
}

/** @throws BeaconApiError 400 when there are any */
export function refuse(failures: readonly IndexedFailure[]): void {
  if (failures.length === 0) return
  throw new BeaconApiError(400, 'Some items were refused; the others were published.', { failures })
}

async function failuresOf(publish: () => Promise<void>): Promise<IndexedFailure[]> {
  try {
    await publish()
    return []
  } catch (error) {
    if (!(error instanceof PublishError)) throw error
    return error.failures.map(({ index, verdict, reason }) => ({ index, message: `${verdict}: ${reason}` }))
  }
}
