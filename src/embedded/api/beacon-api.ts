import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { ValidatorApiError } from '../production/errors.ts'
import type { BeaconApiParts } from './beacon-api-parts.ts'
import { BeaconApiError } from './errors.ts'
import { chainEventSource } from './events/chain-event-source.ts'
import { EventHub, type EventSource } from './events/event-hub.ts'
import { serveEvents } from './events/event-stream.ts'
import { gossipEventSource } from './events/gossip-event-source.ts'
import { payloadEventSource } from './events/payload-event-source.ts'
import { blobHandlers } from './handlers/blob-handlers.ts'
import { blockHandlers } from './handlers/block-handlers.ts'
import { configHandlers } from './handlers/config-handlers.ts'
import { debugHandlers } from './handlers/debug-handlers.ts'
import { forkChoiceJson } from './handlers/fork-choice-handler.ts'
import { genesisHandlers } from './handlers/genesis-handlers.ts'
import { nodeHandlers } from './handlers/node-handlers.ts'
import { poolHandlers } from './handlers/pool-handlers.ts'
import { produceBlockHandler } from './handlers/produce-block-handler.ts'
import { publishBlockHandler } from './handlers/publish-block-handler.ts'
import { rewardsHandlers } from './handlers/rewards-handlers.ts'
import { stateHandlers } from './handlers/state-handlers.ts'
import { validatorHandlers } from './handlers/validator-handlers.ts'
import { validatorRegistryHandlers } from './handlers/validator-registry-handlers.ts'
import { mountEndpoints } from './http/mount-endpoints.ts'

/** Bytes of one body: room for a block of 30 million gas of call data and its blobs, in hexadecimal. */
const bodyBytesMax = 16 * 1024 * 1024

/**
 * The Beacon API of one node (https://github.com/ethereum/beacon-APIs, release v4.0.0), without a server: ask it
 * with `app.request('/eth/v1/…')`, or give it to `startBeaconApiServer`.
 *
 * @param onDefect hears of faults of this program that a request has brought to light; the client is told
 *   only that there was one
 */
export function beaconApi(parts: BeaconApiParts, onDefect: (error: unknown) => void): Hono {
  const app = new Hono()
  app.use(bodyLimit({ maxSize: bodyBytesMax, onError: refuseLargeBody }))
  mountEndpoints(app, parts.chain.protocol.config, {
    ...genesisHandlers(parts),
    ...stateHandlers(parts),
    ...validatorRegistryHandlers(parts),
    ...blockHandlers(parts),
    ...publishBlockHandler(parts),
    ...blobHandlers(parts),
    ...poolHandlers(parts),
    ...rewardsHandlers(parts),
    ...configHandlers(parts),
    ...nodeHandlers(parts),
    ...debugHandlers(parts),
    ...validatorHandlers(parts),
    ...produceBlockHandler(parts),
  })
  const { config } = parts.chain.protocol
  app.get('/eth/v1/debug/fork_choice', (context) => context.json(forkChoiceJson(parts)))
  app.get('/eth/v1/events', serveEvents(new EventHub(config, eventSources(parts))))
  app.notFound((context) => answerError(new BeaconApiError(404, `There is no ${context.req.method} here.`)))
  app.onError((error) => {
    if (error instanceof BeaconApiError) return answerError(error)
    if (error instanceof ValidatorApiError) {
      return answerError(new BeaconApiError(error.status, error.shortMessage))
    }
    onDefect(error)
    return Response.json({ code: 500, message: 'The node has failed to answer this.' }, { status: 500 })
  })
  return app
}

function eventSources({ chain, gossipEvents, payloadEvents }: BeaconApiParts): EventSource[] {
  return [chainEventSource(chain), gossipEventSource(gossipEvents), payloadEventSource(chain, payloadEvents)]
}

function answerError(error: BeaconApiError): Response {
  return Response.json(error.toJson(), { status: error.status })
}

function refuseLargeBody(): never {
  throw new BeaconApiError(413, `The body is larger than ${bodyBytesMax} bytes.`)
}
