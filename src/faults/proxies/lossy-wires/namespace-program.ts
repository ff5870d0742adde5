import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { NamespaceAnswer, NamespaceRequest } from './namespace-messages.ts'

/*
 * Runs in a network namespace of its own, and makes TCP connections over its loopback for another process,
 * which is given both ends and does all reading and writing. It ends with the channel to that process, and the
 * namespace ends with it and the last of those sockets.
 */

/** Nobody else is in this namespace. */
const port = 1
/** A connection whose packets all get lost is given up after this. */
const connectWithinMs = 60_000
const openingMax = 4_096
const commandWithinMs = 10_000
/** As on Ethernet. The loopback's own size would make one packet of what is many elsewhere. */
const packetBytesMax = 1_500

let nft = 'nft'
let openingCount = 0
/** Tells of connections by the address and port that they come from. */
const arrivals = new EventEmitter()
/** Those that arrived before the other end knew that it is connected. */
const early = new Map<string, Socket>()

const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true })
server.on('connection', (socket) => {
  const from = `${socket.remoteAddress}:${socket.remotePort}`
  if (!arrivals.emit(from, socket)) early.set(from, socket)
})

process.on('disconnect', () => process.exit(0))
process.on('message', (request: NamespaceRequest) => {
  act(request).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    answer({ id: request.id, kind: 'failed', reason })
  })
})

async function act(request: NamespaceRequest): Promise<void> {
  if (request.kind === 'open') return open(request)
  if (request.kind === 'rules') await run(nft, ['-f', '-'], request.rules)
  else await setUp(request)
  answer({ id: request.id, kind: 'done' })
}

async function setUp(tools: { readonly ip: string; readonly nft: string }): Promise<void> {
  nft = tools.nft
  // Without the last one the kernel hands over what is to be sent in pieces of up to 64 kB, lost as a whole.
  await run(tools.ip, ['link', 'set', 'lo', 'up', 'mtu', String(packetBytesMax), 'gso_max_segs', '1'])
  server.listen(port, '0.0.0.0')
  await once(server, 'listening')
}

async function open({ id, near, far }: NamespaceRequest & { kind: 'open' }): Promise<void> {
  if (openingCount >= openingMax) throw new Error(`${openingMax} connections are on their way already`)
  openingCount += 1
  const socket = connect({ host: far, port, localAddress: near, noDelay: true, allowHalfOpen: true })
  try {
    const accepted = await arrivalOf(socket, AbortSignal.timeout(connectWithinMs))
    answer({ id, kind: 'near' }, socket)
    answer({ id, kind: 'far' }, accepted)
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    openingCount -= 1
  }
}

/** The other end of a connection. Its last packet may get lost, so that it is there later than this end. */
async function arrivalOf(socket: Socket, signal: AbortSignal): Promise<Socket> {
  await once(socket, 'connect', { signal })
  const from = `${socket.localAddress}:${socket.localPort}`
  const accepted = early.get(from)
  early.delete(from)
  if (accepted !== undefined) return accepted
  const [arrived] = (await once(arrivals, from, { signal })) as [Socket]
  return arrived
}

/** @throws with what the command said about its failure */
function run(file: string, parameters: readonly string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, parameters, { timeout: commandWithinMs }, (error, _, stderr) => {
      if (error === null) resolve()
      else reject(new Error(`${file}: ${stderr.trim().split('\n')[0] || error.message}`))
    })
    // One that ends before it has read its input says why by its exit.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

function answer(message: NamespaceAnswer, socket?: Socket): void {
  // Who asked may be gone; `disconnect` follows.
  process.send?.(message, socket, {}, () => {})
}
