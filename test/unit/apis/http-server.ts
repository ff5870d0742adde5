import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly body: string
}

export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** Requests so far, in order. */
  readonly requests: ReceivedRequest[]
}

export type Handler = (request: ReceivedRequest, response: ServerResponse) => void

/** A server on loopback, closed at the end of the block, also when it still owes answers. */
export async function startServer(handler: Handler): Promise<TestServer> {
  const requests: ReceivedRequest[] = []
  const server = createServer(async (message, response) => {
    const request = await receive(message)
    requests.push(request)
    handler(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers every request with the same. */
export function answering(body: unknown, status = 200): Handler {
  return (_, response) => {
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

async function receive(message: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const { method = '', url: path = '' } = message
  return { method, path, body: Buffer.concat(chunks).toString('utf8') }
}
