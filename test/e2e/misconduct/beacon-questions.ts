import type { Network, Node } from 'eth-localnet'

/** A block as a node's Beacon API lists it. */
export interface ListedBlock {
  readonly root: string
  readonly canonical: boolean
  readonly proposer: number
}

interface HeadersAnswer {
  readonly data: readonly {
    readonly root: string
    readonly canonical: boolean
    readonly header: { readonly message: { readonly proposer_index: string } }
  }[]
}

interface ValidatorsAnswer {
  readonly data: readonly { readonly index: string; readonly validator: { readonly slashed: boolean } }[]
}

/** All blocks of a slot that the node knows, those of abandoned branches included. */
export async function blocksAt({ consensus }: Node, slot: number): Promise<ListedBlock[]> {
  const response = await fetch(`${consensus.apiUrl}/eth/v1/beacon/headers?slot=${slot}`)
  if (response.status === 404) return []
  const { data } = (await response.json()) as HeadersAnswer
  return data.map(({ root, canonical, header }) => ({
    root,
    canonical,
    proposer: Number(header.message.proposer_index),
  }))
}

/** Indices of the validators that are slashed on the node's head. */
export async function slashedOn({ consensus }: Node): Promise<number[]> {
  const response = await fetch(`${consensus.apiUrl}/eth/v1/beacon/states/head/validators`)
  const { data } = (await response.json()) as ValidatorsAnswer
  return data.filter(({ validator }) => validator.slashed).map(({ index }) => Number(index))
}

/** Who proposes in each slot of an epoch. */
export async function proposersIn({ consensus }: Node, epoch: number): Promise<Map<number, number>> {
  const response = await fetch(`${consensus.apiUrl}/eth/v1/validator/duties/proposer/${epoch}`)
  const { data } = (await response.json()) as { data: { slot: string; validator_index: string }[] }
  return new Map(data.map(({ slot, validator_index: index }) => [Number(slot), Number(index)]))
}

/** Votes of an epoch, as shares of the stake, by the history. */
export function participationOf(network: Network, epoch: number) {
  const record = network.history.records.find((one) => one.type === 'participation' && one.epoch === epoch)
  if (record?.type !== 'participation') throw new Error(`there is no participation of epoch ${epoch}`)
  return record
}

/**
 * The next slot, at least two ahead, whose proposer is one of these validators, and that proposer; waits for
 * epochs until there is one.
 */
export async function nextProposalOf(
  network: Network,
  isMeant: (validator: number) => boolean,
): Promise<{ slot: number; proposer: number }> {
  const [node] = network.nodes
  if (node === undefined) throw new Error('there is no node')
  for (let epochs = 0; epochs < 20; epochs++) {
    const proposers = await proposersIn(node, network.currentEpoch)
    const found = [...proposers].find(
      ([slot, validator]) => slot >= network.currentSlot + 2 && isMeant(validator),
    )
    if (found !== undefined) return { slot: found[0], proposer: found[1] }
    await network.waitForSlots((network.currentEpoch + 1) * network.chain.slotsPerEpoch - network.currentSlot)
  }
  throw new Error('nobody meant proposes within 20 epochs')
}
