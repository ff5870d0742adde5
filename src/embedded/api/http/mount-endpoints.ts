import { routes } from '@lodestar/api'
import type { BeaconConfig } from '@lodestar/config'
import type { Hono } from 'hono'
import { ofNetwork } from '../of-network.ts'
import { type EndpointDefinition, type EndpointHandler, serveEndpoint } from './serve-endpoint.ts'

/**
 * Serves the endpoints that have a handler, by their operation ids, where the library's route definitions put
 * them. The library serves them with Fastify only, but its definitions are free of it: URL, kinds of parameters,
 * and codecs between JSON or SSZ and the types of the specification.
 */
export function mountEndpoints(app: Hono, config: BeaconConfig, handlers: object): void {
  const definitions = endpointDefinitions(config)
  for (const [operationId, handler] of Object.entries(handlers)) {
    const definition = definitions[operationId] as EndpointDefinition
    const path = definition.url.replaceAll(/\{(\w+)\}/g, ':$1')
    app.on(definition.method, path, serveEndpoint(definition, handler as EndpointHandler))
  }
}

const endpointDefinitions = ofNetwork((config): Record<string, unknown> => {
  const validator = routes.validator.getDefinitions(config)
  return {
    ...routes.beacon.getDefinitions(config),
    ...routes.config.getDefinitions(config),
    ...routes.debug.getDefinitions(config),
    ...routes.node.getDefinitions(config),
    ...validator,
    produceBlockV3: withGraffitiBytes(validator.produceBlockV3),
  }
})

type ProduceBlock = ReturnType<typeof routes.validator.getDefinitions>['produceBlockV3']

/** The library turns graffiti into text, which not all of them are: here they stay hexadecimal. */
function withGraffitiBytes(definition: ProduceBlock): ProduceBlock {
  const { req } = definition
  const parseReq: typeof req.parseReq = (request) => {
    const { graffiti } = request.query
    return { ...req.parseReq(request), ...(graffiti !== undefined && { graffiti }) }
  }
  return { ...definition, req: { ...req, parseReq } }
}
