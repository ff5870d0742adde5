import { routes } from '@lodestar/api'
import type { Context } from 'hono'
import { BeaconApiError, badParameter } from '../errors.ts'
import { parameterKinds, readParameters } from '../http/parameters.ts'
import type { EventHub, EventTopic } from './event-hub.ts'

/** Streams of one node at a time. */
const streamsMax = 64
/** What may wait for a client that does not read before its stream is ended. */
const defaultBacklogBytesMax = 8 * 1024 * 1024

/**
 * `GET /eth/v1/events`: server-sent events of the topics asked for, until the client goes away. Of topics that
 * an embedded node has no events for, such as those of blobs and of light clients, none ever comes.
 * @throws BeaconApiError 400 for a topic that the standard does not have, 503 when there are too many streams
 */
export function serveEvents(
  hub: EventHub,
  backlogBytesMax = defaultBacklogBytesMax,
): (context: Context) => Response {
  return ({ req }) => {
    const kinds = { topics: parameterKinds.stringArrayRequired }
    const { topics } = readParameters(kinds, (name) => req.queries(name) ?? []) as { topics: string[] }
    const wanted = new Set(topics.map(requireTopic))
    if (hub.size >= streamsMax)
      throw new BeaconApiError(503, `There are ${streamsMax} event streams already.`)
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
    return new Response(eventStream(hub, wanted, backlogBytesMax), { headers })
  }
}

function requireTopic(topic: string): EventTopic {
  const known = Object.values(routes.events.eventTypes).find((candidate) => candidate === topic)
  if (known === undefined) throw badParameter('topics', topic, 'topics of the Beacon API standard')
  return known
}

function eventStream(
  hub: EventHub,
  topics: ReadonlySet<EventTopic>,
  backlogBytesMax: number,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let unsubscribe = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // A comment: it lets servers send the headers, which they do with the first bytes of a body.
        controller.enqueue(encoder.encode(':\n\n'))
        unsubscribe = hub.subscribe(topics, (text) => {
          controller.enqueue(encoder.encode(text))
          if ((controller.desiredSize ?? 0) > 0) return
          unsubscribe()
          controller.error(new BeaconApiError(503, 'The client does not read its events.'))
        })
      },
      cancel: () => unsubscribe(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: backlogBytesMax }),
  )
}
