import type { BeaconApi } from '../../../apis/beacon-api.ts'
import type { BlockEvidence, NodeEvidence } from '../evidence.ts'
import { type Subject, slotAt } from '../subject.ts'
import { askFeeRecipient } from './beacon-questions.ts'
import { askFor } from './bounded.ts'

/** How many of the latest slots are looked at. */
const slotsAsked = 16
/** Nodes that are asked: one for each head, as far as there are not more of them. */
const nodesAsked = 4

/** Blocks of the latest slots on every branch, with who gets their fees. */
export async function collectBlocks(
  subject: Subject,
  nodes: readonly NodeEvidence[],
): Promise<BlockEvidence[]> {
  const { signal } = subject
  const last = slotAt(subject, subject.nowMs())
  const slots = Array.from({ length: slotsAsked }, (_, i) => last - i).filter((slot) => slot > 0)
  const apis = oneOfEachHead(subject, nodes)
  const found = await Promise.all(apis.flatMap((api) => slots.map((slot) => blocksAt(subject, api, slot))))
  const byRoot = new Map(found.flat().map((block) => [block.root, block]))
  const blocks = await Promise.all(
    [...byRoot.values()].map(async ({ api, slot, root, proposerIndex }) => ({
      slot,
      root,
      proposerIndex,
      feeRecipient: await askFor((options) => askFeeRecipient(api, root, options), { signal }),
    })),
  )
  return blocks.sort((a, b) => a.slot - b.slot)
}

async function blocksAt({ signal }: Subject, api: BeaconApi, slot: number) {
  const headers = (await askFor((options) => api.headersAt(slot, options), { signal })) ?? []
  return headers.map(({ root, proposerIndex }) => ({ api, slot, root, proposerIndex }))
}

function oneOfEachHead({ nodes }: Subject, evidence: readonly NodeEvidence[]): BeaconApi[] {
  const byHead = new Map<string, BeaconApi>()
  for (const { name, consensus } of evidence) {
    const api = nodes.find(({ plan }) => plan.name === name)?.beaconApi
    if (consensus.head !== undefined && api !== undefined) byHead.set(consensus.head.root, api)
  }
  return [...byHead.values()].slice(0, nodesAsked)
}
