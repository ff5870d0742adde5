import type { Endpoint } from '@lodestar/api'
import type { ApplicationMethods } from '@lodestar/api/server'

/** The handlers of a group of endpoints, in the library's own types. */
export type EndpointHandlers<Endpoints extends Record<string, Endpoint>> = ApplicationMethods<Endpoints>
