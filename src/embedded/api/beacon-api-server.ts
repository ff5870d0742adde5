import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { isLocalHost, isLocalOrigin } from '../execution/server/local-requests.ts'
import { ListenError } from '../listen-error.ts'
import { BeaconApiError } from './errors.ts'

export interface BeaconApiServerOptions {
  /** What `beaconApi` made. */
  readonly app: Hono
  readonly hostname?: string
  /** 0, the default, for any free one. */
  readonly port?: number
}

/** A Beacon API over HTTP. Disposing of it closes its connections, event streams too. */
export interface BeaconApiServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
}

/** @throws ListenError */
export async function startBeaconApiServer({
  app,
  hostname = '127.0.0.1',
  port = 0,
}: BeaconApiServerOptions): Promise<BeaconApiServer> {
  const server = await listen(localOnly(app), hostname, port)
  const actualPort = (server.address() as AddressInfo).port
  return {
    url: `http://${hostname}:${actualPort}`,
    port: actualPort,
    [Symbol.asyncDispose]: () => close(server),
  }
}

/**
 * Lets in only requests for this machine by a name of it, from programs and from pages that it serves itself: a
 * page of another site must not read or vote through its reader's browser. In process there is nobody to check.
 */
function localOnly(app: Hono): Hono {
  const guarded = new Hono()
  guarded.use(async ({ req }, next) => {
    if (!isLocalHost(req.header('host'))) return forbid('Host')
    if (!isLocalOrigin(req.header('origin'))) return forbid('Origin')
    await next()
  })
  guarded.use(cors({ origin: (origin) => (isLocalOrigin(origin) ? origin : null) }))
  guarded.all('*', ({ req }) => app.fetch(req.raw))
  return guarded
}

function forbid(header: string): Response {
  const error = new BeaconApiError(
    403,
    `Only requests from this machine are answered: see the ${header} header.`,
  )
  return Response.json(error.toJson(), { status: error.status })
}

function listen(app: Hono, hostname: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const options = { fetch: app.fetch, hostname, port, overrideGlobalObjects: false }
    const server = serve(options, () => resolve(server as Server)) as Server
    server.once('error', (error) => reject(new ListenError('The Beacon API', hostname, port, error)))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
