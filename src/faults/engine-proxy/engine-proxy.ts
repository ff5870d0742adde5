import { once } from 'node:events'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { type EngineFault, EngineFaults } from '../../embedded/engine/engine-fault.ts'
import { engineLie, methodsIn } from './engine-lie.ts'

const loopback = '127.0.0.1'
/** A payload with all its blobs as hex is a few megabytes. */
const bodyBytesMax = 128 * 2 ** 20

/**
 * Stands between a consensus client and its execution client, on a port of its own: passes the Engine API on
 * as it is, byte for byte, but for the methods that a fault is put on. The JWT goes through untouched.
 */
export class EngineProxy implements AsyncDisposable {
  readonly url: string
  readonly #server: Server
  readonly #target: { readonly host: string; readonly port: number }
  readonly #agent = new Agent({ keepAlive: true })
  readonly #faults = new EngineFaults()
  /** Ends answers that are held back, by the fault that holds them. */
  readonly #holds = new Map<string, AbortController>()
  #heldCount = 0

  private constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    const { port } = server.address() as AddressInfo
    this.url = `http://${loopback}:${port}`
    this.#server = server
    this.#target = target
    server.on('request', (request, response) => void this.#serve(request, response))
  }

  /** Listens on a free port of the loopback interface. @param target port of the execution client's Engine API */
  static async open(target: { readonly port: number }): Promise<EngineProxy> {
    const server = createServer()
    server.listen(0, loopback)
    await once(server, 'listening')
    return new EngineProxy(server, { host: loopback, port: target.port })
  }

  /** Calls that are being held back. */
  get heldCount(): number {
    return this.#heldCount
  }

  /** Puts a fault in force, or ends it: what it held back is then cut off, so that it is asked for again. */
  set(id: string, fault: EngineFault | undefined): void {
    this.#faults.set(id, fault)
    this.#holds.get(id)?.abort()
    this.#holds.delete(id)
    if (fault !== undefined) this.#holds.set(id, new AbortController())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const hold of this.#holds.values()) hold.abort()
    this.#server.close()
    this.#server.closeAllConnections()
    this.#agent.destroy()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    if (body === undefined) return void response.writeHead(413).end()
    const found = this.#faultFor(body)
    if (found === undefined) return this.#pass(request, body, response)
    const { id, fault } = found
    const lie = engineLie(fault, body)
    if (lie !== undefined) {
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(lie)
    }
    const ended = this.#holds.get(id)?.signal
    const delayMs = fault.kind === 'slow' ? fault.delayMs : undefined
    this.#heldCount += 1
    await heldBack(delayMs, response, ended)
    this.#heldCount -= 1
    if (response.destroyed || (delayMs === undefined && ended?.aborted !== false))
      return void response.destroy()
    this.#pass(request, body, response)
  }

  #faultFor(body: Buffer): { id: string; fault: EngineFault } | undefined {
    for (const method of methodsIn(body)) {
      const found = this.#faults.find(method)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** What the execution client does not answer, is not answered here either. */
  #pass(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const { host, port } = this.#target
    const { method, url: path, headers } = request
    const { host: _, connection: __, 'transfer-encoding': ___, ...rest } = headers
    const options = {
      host,
      port,
      method,
      path,
      agent: this.#agent,
      headers: { ...rest, 'content-length': body.length },
    }
    const upstream = httpRequest(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    upstream.end(body)
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of request) {
      length += part.length
      if (length > bodyBytesMax) return undefined
      parts.push(part)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(parts)
}

/** Resolves after so long, or without a time never; and as soon as the asker hangs up, or the fault has ended. */
function heldBack(
  durationMs: number | undefined,
  response: ServerResponse,
  ended: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = durationMs === undefined ? undefined : setTimeout(done, durationMs)
    function done(): void {
      clearTimeout(timer)
      response.off('close', done)
      ended?.removeEventListener('abort', done)
      resolve()
    }
    response.on('close', done)
    ended?.addEventListener('abort', done)
    if (ended?.aborted) done()
  })
}
