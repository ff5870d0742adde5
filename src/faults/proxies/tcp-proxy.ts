import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { healthyLink, type LinkState } from '../../embedded/links/link-state.ts'
import type { RandomSource } from '../../plan/random.ts'
import { ShapedPipe } from './shaped-pipe.ts'

/** Connections through one proxy, cut ones that are held included; a client has one, or a few while it dials. */
const connectionsMax = 64

export interface TcpProxyOptions {
  /** Where the dialler finds it; also where its own connections come from. */
  readonly address: string
  readonly port: number
  /** Where connections lead to. */
  readonly target: { readonly address: string; readonly port: number }
  readonly random: RandomSource
}

/** A connection of the dialler; the other half is not there while the link is cut. */
interface Connection {
  readonly dialler: Socket
  dialled: Socket | undefined
  out: ShapedPipe | undefined
  back: ShapedPipe | undefined
}

/**
 * One way to dial over an edge: listens on the edge's own address, connects onward from that address, and
 * passes on what comes. A cut resets all connections. Whoever dials during a cut is kept waiting rather than
 * refused: clients wait longer after each refusal, and so would come back long after the link has healed.
 *
 * Two proxies can be paired, one for each end that dials: then whoever dials waits as well while the other
 * end's connection is open.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #options: TcpProxyOptions
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  #opposite: TcpProxy | undefined
  /** `forward` is from the dialler to the dialled. */
  #state: LinkState = healthyLink

  private constructor(options: TcpProxyOptions, server: Server) {
    this.#options = options
    this.#server = server
    server.on('connection', (socket) => this.#accept(socket))
  }

  /** @throws the system's error when the port cannot be listened on. */
  static async listen(options: TcpProxyOptions): Promise<TcpProxy> {
    const server = createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true })
    const proxy = new TcpProxy(options, server)
    const { address: host, port } = options
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    // A connection that could not be accepted is the dialler's loss.
    server.on('error', () => {})
    return proxy
  }

  /**
   * Lets one of two ends through at a time. After a cut both dial at the same moments; where each end takes the
   * other's connection and drops its own as a double, none is left, and they would do the same the next time.
   */
  static pair(one: TcpProxy, other: TcpProxy): void {
    one.#opposite = other
    other.#opposite = one
  }

  /** Connections that reach the other end, and those that are kept waiting. */
  get counts(): { readonly open: number; readonly held: number } {
    const open = [...this.#connections].filter(({ dialled }) => dialled !== undefined).length
    return { open, held: this.#connections.size - open }
  }

  /** Cuts, heals or shapes; `forward` is from the dialler to the dialled. */
  set(state: LinkState): void {
    const wasUp = this.#state.isUp
    this.#state = state
    for (const connection of [...this.#connections]) {
      if (wasUp && !state.isUp) this.#reset(connection)
      if (connection.out !== undefined) connection.out.shape = state.forward
      if (connection.back !== undefined) connection.back.shape = state.backward
    }
    this.#letThrough()
  }

  /** Resets all connections and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of [...this.#connections]) this.#reset(connection)
    await closed
  }

  #accept(dialler: Socket): void {
    if (this.#connections.size >= connectionsMax) {
      dialler.resetAndDestroy()
      return
    }
    const connection: Connection = { dialler, dialled: undefined, out: undefined, back: undefined }
    this.#connections.add(connection)
    this.#endTogether(connection, dialler)
    this.#letThrough()
  }

  /** Connects those that wait, unless the link is cut or the other end was first. */
  #letThrough(): void {
    if (!this.#state.isUp || (this.#opposite?.counts.open ?? 0) > 0) return
    for (const connection of this.#connections) {
      if (connection.dialled === undefined) this.#connectOnward(connection)
    }
  }

  #connectOnward(connection: Connection): void {
    const { address, target, random } = this.#options
    const { dialler } = connection
    const dialled = connect({
      host: target.address,
      port: target.port,
      localAddress: address,
      noDelay: true,
      allowHalfOpen: true,
    })
    connection.dialled = dialled
    this.#endTogether(connection, dialled)
    dialled.once('connect', () => {
      const { forward, backward } = this.#state
      connection.out = new ShapedPipe({ from: dialler, to: dialled, shape: forward, random })
      connection.back = new ShapedPipe({ from: dialled, to: dialler, shape: backward, random })
      dialler.resume()
    })
  }

  /** One half that is gone takes the other one with it, unless both have said all they had to say. */
  #endTogether(connection: Connection, socket: Socket): void {
    // What failed is told by `close` as well.
    socket.on('error', () => {})
    socket.on('close', (hadError) => {
      const { dialler, dialled } = connection
      if (hadError || dialled === undefined) this.#reset(connection)
      if (dialler.destroyed && (dialled?.destroyed ?? true)) this.#forget(connection)
    })
  }

  #reset(connection: Connection): void {
    connection.dialler.resetAndDestroy()
    connection.dialled?.resetAndDestroy()
    this.#forget(connection)
  }

  #forget(connection: Connection): void {
    const opposite = this.#opposite
    if (this.#connections.delete(connection) && opposite !== undefined) opposite.#letThrough()
  }
}
