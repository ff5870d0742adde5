import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

/** A node's listener: it says back what it hears, and knows who came. */
export class Listener {
  readonly sockets: Socket[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => {
      this.sockets.push(socket)
      socket.on('error', () => {})
      socket.pipe(socket)
    })
  }

  static async open(address: string): Promise<Listener> {
    const server = createServer({ allowHalfOpen: true })
    server.listen({ host: address, port: 0 })
    await once(server, 'listening')
    return new Listener(server)
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  close(): void {
    this.#server.close()
    for (const socket of this.sockets) socket.destroy()
  }
}

/** Says something, and resolves with as many bytes as were said, once they are back. */
export async function echoed(socket: Socket, text: string | Buffer): Promise<string> {
  const said = Buffer.from(text)
  socket.write(said)
  const heard: Buffer[] = []
  let size = 0
  while (size < said.length) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    heard.push(chunk)
    size += chunk.length
  }
  return Buffer.concat(heard).toString()
}

/** By an error or without one. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
}
