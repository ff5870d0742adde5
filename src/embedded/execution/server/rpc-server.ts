import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { ListenError } from '../../listen-error.ts'
import type { RpcDispatcher } from '../rpc/rpc-dispatcher.ts'
import type { RpcSession } from '../rpc/rpc-method.ts'
import { isLocalHost, isLocalOrigin } from './local-requests.ts'

/** Bytes of one request, unless told otherwise: room for six blobs in hexadecimal, as in Geth. */
const defaultBodyBytesMax = 5 * 1024 * 1024
const connectionsMax = 256
/** What may wait to be sent to a slow WebSocket client before it is cut off. */
const bufferedBytesMax = 64 * 1024 * 1024
/** Requests of one WebSocket client that may wait for their turn. */
const waitingRequestsMax = 1000

export interface RpcServerOptions {
  readonly dispatcher: RpcDispatcher
  readonly hostname?: string
  /** 0, the default, for any free one. */
  readonly port?: number
  /** Bytes of one request. @default 5 MiB */
  readonly bodyBytesMax?: number
  /** Decides on each request by its Authorization header; all are let in when absent. */
  readonly authorize?: (authorization: string | undefined) => Promise<boolean>
}

/** A server of JSON-RPC over HTTP and, at the same port, WebSocket. Disposing of it closes connections. */
export interface RpcServer extends AsyncDisposable {
  /** `http://…`; the same with `ws:` for WebSocket. */
  readonly url: string
  readonly port: number
}

/** @throws ListenError */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { dispatcher, hostname = '127.0.0.1', port = 0, authorize = async () => true } = options
  const { bodyBytesMax = defaultBodyBytesMax } = options
  const app = rpcApp(dispatcher, authorize, bodyBytesMax)
  const server = await listen(app, hostname, port)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bodyBytesMax })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A connection that fails before it is a WebSocket has nobody else to hear its error.
    socket.on('error', () => socket.destroy())
    void isWelcome(request, authorize).then((welcome) => {
      if (!welcome || sockets.clients.size >= connectionsMax) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n', () => socket.destroy())
        return
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => serveSocket(webSocket, dispatcher))
    })
  })
  const actualPort = (server.address() as AddressInfo).port
  return {
    url: `http://${hostname}:${actualPort}`,
    port: actualPort,
    [Symbol.asyncDispose]: () => close(server, sockets),
  }
}

function rpcApp(
  dispatcher: RpcDispatcher,
  authorize: NonNullable<RpcServerOptions['authorize']>,
  bodyBytesMax: number,
): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    if (!isLocalHost(context.req.header('host'))) return context.text('invalid host specified', 403)
    if (!isLocalOrigin(context.req.header('origin'))) return context.text('invalid origin', 403)
    return next()
  })
  app.use(cors({ origin: (origin) => (isLocalOrigin(origin) ? origin : null) }))
  app.post('/', bodyLimit({ maxSize: bodyBytesMax }), async (context) => {
    if (!(await authorize(context.req.header('authorization')))) return context.text('unauthorized', 401)
    const answer = await dispatcher.answer(await context.req.text())
    return answer === undefined
      ? context.body(null, 204)
      : context.body(answer, 200, { 'content-type': 'application/json' })
  })
  app.get('/', (context) => context.text('This is JSON-RPC: send POST requests, or open a WebSocket.\n'))
  return app
}

function listen(app: Hono, hostname: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, () => resolve(server as Server))
    server.once('error', (error) => reject(new ListenError('The execution node', hostname, port, error)))
  })
}

async function isWelcome(
  { headers }: IncomingMessage,
  authorize: NonNullable<RpcServerOptions['authorize']>,
): Promise<boolean> {
  return isLocalHost(headers.host) && isLocalOrigin(headers.origin) && authorize(headers.authorization)
}

function serveSocket(socket: WebSocket, dispatcher: RpcDispatcher): void {
  const cleanups: (() => void)[] = []
  const send = (text: string) => {
    if (socket.bufferedAmount > bufferedBytesMax) socket.terminate()
    else socket.send(text)
  }
  const session: RpcSession = {
    notify: (method, params) => send(JSON.stringify({ jsonrpc: '2.0', method, params })),
    onClose: (cleanup) => cleanups.push(cleanup),
  }
  // One after the other, so that a subscription's answer comes before its first notification.
  let previous: Promise<void> = Promise.resolve()
  let waiting = 0
  socket.on('message', (data: RawData) => {
    if (++waiting > waitingRequestsMax) socket.terminate()
    previous = previous.then(async () => {
      const answer = await dispatcher.answer(data.toString(), session)
      waiting--
      if (answer !== undefined) send(answer)
    })
  })
  // `ws` closes the socket after an error by itself.
  socket.on('error', () => {})
  socket.on('close', () => {
    for (const cleanup of cleanups) cleanup()
  })
}

async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
