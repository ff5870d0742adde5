import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = Uint8Array | string | ((response: ServerResponse) => void)

/** A server in this process that is laid out like a release site. Unknown paths are 404. */
export interface ReleaseSite extends AsyncDisposable {
  readonly url: string
  /** What it answers, by path without the first slash; may be changed at any time. */
  readonly files: Map<string, Answer>
  /** Paths asked for, in order. */
  readonly requests: string[]
}

export async function startReleaseSite(files: Record<string, Answer> = {}): Promise<ReleaseSite> {
  const answers = new Map(Object.entries(files))
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').slice(1)
    requests.push(path)
    const answer = answers.get(path)
    if (answer === undefined) response.writeHead(404).end()
    else if (typeof answer === 'function') answer(response)
    else response.writeHead(200, { 'content-length': Buffer.byteLength(answer) }).end(answer)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files: answers,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}
