import { z } from 'zod'
import type { ServerSentEvent } from './event-stream.ts'
import type { NodeEventData } from './node-event.ts'

const uint = z.string().regex(/^\d+$/).transform(Number)
const root = z.string().regex(/^0x[0-9a-f]{64}$/i)

const schemas = {
  block: z.object({ slot: uint, block: root }),
  head: z.object({ slot: uint, block: root }),
  chain_reorg: z.object({ depth: uint, old_head_block: root }),
  finalized_checkpoint: z.object({ epoch: uint, block: root }),
}

/** The topics that a history is made of. */
export const followedTopics = Object.keys(schemas) as (keyof typeof schemas)[]

/** Path of the stream of these events. */
export const followedEventsPath = `/eth/v1/events?topics=${followedTopics.join(',')}`

/** An event of the stream; undefined for one of another topic, or that is not as the standard says. */
export function parseBeaconEvent({ event, data }: ServerSentEvent): NodeEventData | undefined {
  const content = parseJson(data)
  switch (event) {
    case 'block': {
      const { data: block } = schemas.block.safeParse(content)
      return block && { topic: 'block', slot: block.slot, root: block.block }
    }
    case 'head': {
      const { data: head } = schemas.head.safeParse(content)
      return head && { topic: 'head', slot: head.slot, root: head.block }
    }
    case 'chain_reorg': {
      const { data: reorg } = schemas.chain_reorg.safeParse(content)
      return reorg && { topic: 'chain_reorg', depth: reorg.depth, oldHead: reorg.old_head_block }
    }
    case 'finalized_checkpoint': {
      const { data: checkpoint } = schemas.finalized_checkpoint.safeParse(content)
      return checkpoint && { topic: event, epoch: checkpoint.epoch, root: checkpoint.block }
    }
    default:
      return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
