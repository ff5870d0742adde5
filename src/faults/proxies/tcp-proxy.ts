import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { healthyLink, type LinkState } from '../../embedded/links/link-state.ts'
import type { RandomSource } from '../../plan/random.ts'
import type { OpenWire } from './lossy-wires/wire.ts'
import { ProxiedConnection, type Route } from './proxied-connection.ts'

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

/**
 * One way to dial over an edge: listens on the edge's own address, connects onward from that address, and
 * passes on what comes. A cut resets all connections. Whoever dials during a cut is kept waiting rather than
 * refused: clients wait longer after each refusal, and so would come back long after the link has healed.
 *
 * Two proxies can be paired, one for each end that dials: then whoever dials waits as well while the other
 * end's connection is open.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #connections = new Set<ProxiedConnection>()
  readonly #route: { -readonly [Key in keyof Route]: Route[Key] }
  #opposite: TcpProxy | undefined

  private constructor({ address, target, random }: TcpProxyOptions, server: Server) {
    const { address: host, port } = target
    const onward = { host, port, localAddress: address, noDelay: true, allowHalfOpen: true }
    this.#route = { onward, random, state: healthyLink, openWire: undefined }
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

  /** Connections that reach the other end, or are about to, and those that are kept waiting. */
  get counts(): { readonly open: number; readonly held: number } {
    const held = [...this.#connections].filter(({ isHeld }) => isHeld).length
    return { open: this.#connections.size - held, held }
  }

  /**
   * Cuts, heals or shapes; `forward` is from the dialler to the dialled. Connections that are made from now on
   * cross a wire if one is given; see `moveOntoWires` for the others.
   */
  set(state: LinkState, openWire?: OpenWire): void {
    const isCut = this.#route.state.isUp && !state.isUp
    this.#route.state = state
    this.#route.openWire = openWire
    for (const connection of [...this.#connections]) {
      if (isCut) connection.reset()
      else connection.reshape()
    }
    this.#letThrough()
  }

  /** Resolves when all connections that are open cross a wire. */
  async moveOntoWires(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.moveOntoWire()))
  }

  /** Resets all connections and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of [...this.#connections]) connection.reset()
    await closed
  }

  #accept(dialler: Socket): void {
    if (this.#connections.size >= connectionsMax) {
      dialler.resetAndDestroy()
      return
    }
    this.#connections.add(
      new ProxiedConnection(dialler, this.#route, (connection) => this.#forget(connection)),
    )
    this.#letThrough()
  }

  /** Connects those that wait, unless the link is cut or the other end was first. */
  #letThrough(): void {
    if (!this.#route.state.isUp || (this.#opposite?.counts.open ?? 0) > 0) return
    for (const connection of this.#connections) {
      if (connection.isHeld) void connection.letThrough()
    }
  }

  #forget(connection: ProxiedConnection): void {
    this.#connections.delete(connection)
    const opposite = this.#opposite
    if (opposite !== undefined) opposite.#letThrough()
  }
}
