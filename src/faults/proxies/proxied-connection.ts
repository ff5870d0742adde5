import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import type { LinkState } from '../../embedded/links/link-state.ts'
import type { RandomSource } from '../../plan/random.ts'
import type { OpenWire, Wire } from './lossy-wires/wire.ts'
import { ShapedPipe } from './shaped-pipe.ts'

/** Where connections lead, and how, as it is at any time. */
export interface Route {
  readonly onward: TcpNetConnectOpts
  readonly random: RandomSource
  /** `forward` is from the dialler to the dialled. */
  readonly state: LinkState
  /** While the link loses packets. */
  readonly openWire: OpenWire | undefined
}

/**
 * A connection of a dialler: kept waiting at first, then joined with one to the dialled. What is said takes its
 * time, as the link is shaped, and crosses a wire that loses packets where there is one:
 *
 *     dialler == shaped == near ~~ wire ~~ far -- dialled      or      dialler == shaped == dialled
 */
export class ProxiedConnection {
  readonly #dialler: Socket
  readonly #route: Route
  readonly #onGone: (connection: ProxiedConnection) => void
  #dialled: Socket | undefined
  #wire: Wire | undefined
  #out: ShapedPipe | undefined
  #back: ShapedPipe | undefined
  #isHeld = true
  #isMoving = false
  #isGone = false

  /** @param onGone called once, when both halves have ended */
  constructor(dialler: Socket, route: Route, onGone: (connection: ProxiedConnection) => void) {
    this.#dialler = dialler
    this.#route = route
    this.#onGone = onGone
    this.#endWith(dialler)
  }

  /** Whether the dialler is kept waiting. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Connects onward. A wire comes first, as a handshake whose packets get lost would. */
  async letThrough(): Promise<void> {
    this.#isHeld = false
    const { onward, openWire } = this.#route
    if (openWire !== undefined && (await this.#takeWire(openWire)) === undefined) return
    const dialled = connect(onward)
    this.#dialled = dialled
    this.#endWith(dialled)
    dialled.once('connect', () => void this.#join(dialled))
  }

  /** Follows what the route's state is now. */
  reshape(): void {
    const { forward, backward } = this.#route.state
    if (this.#out !== undefined) this.#out.shape = forward
    if (this.#back !== undefined) this.#back.shape = backward
  }

  /**
   * Lays the wire of a route that has got one into a connection that has none, in full course: all bytes arrive,
   * in their order. A connection to which that cannot be done is reset.
   */
  async moveOntoWire(): Promise<void> {
    const { openWire } = this.#route
    const [dialled, out, back] = [this.#dialled, this.#out, this.#back]
    if (openWire === undefined || dialled === undefined || out === undefined || back === undefined) return
    if (this.#wire !== undefined || this.#isMoving) return
    this.#isMoving = true
    const wire = await this.#takeWire(openWire)
    this.#isMoving = false
    if (wire === undefined) return
    out.to = wire.near
    wire.far.pipe(dialled)
    back.from = wire.near
    dialled.pipe(wire.far)
  }

  reset(): void {
    this.#dialler.resetAndDestroy()
    this.#dialled?.resetAndDestroy()
    this.#forget()
  }

  async #join(dialled: Socket): Promise<void> {
    // The link may have begun to lose packets since it was dialled; nothing has been said yet.
    const { openWire } = this.#route
    if (openWire !== undefined && this.#wire === undefined && !(await this.#takeWire(openWire))) return
    const { forward, backward } = this.#route.state
    const { random } = this.#route
    const [dialler, wire] = [this.#dialler, this.#wire]
    const onward = wire?.near ?? dialled
    this.#out = new ShapedPipe({ from: dialler, to: onward, shape: forward, random })
    this.#back = new ShapedPipe({ from: onward, to: dialler, shape: backward, random })
    wire?.far.pipe(dialled)
    if (wire !== undefined) dialled.pipe(wire.far)
    dialler.resume()
  }

  async #takeWire(openWire: OpenWire): Promise<Wire | undefined> {
    const wire = await openWire().catch(() => undefined)
    if (wire === undefined || this.#isGone) {
      wire?.near.destroy()
      wire?.far.destroy()
      this.reset()
      return undefined
    }
    for (const end of [wire.near, wire.far]) {
      end.on('error', () => {})
      end.on('close', (hadError) => hadError && this.reset())
    }
    this.#wire = wire
    return wire
  }

  /** One half that is gone takes the other one with it, unless both have said all they had to say. */
  #endWith(socket: Socket): void {
    // What failed is told by `close` as well.
    socket.on('error', () => {})
    socket.on('close', (hadError) => {
      if (hadError || this.#dialled === undefined) this.reset()
      if (this.#dialler.destroyed && (this.#dialled?.destroyed ?? true)) this.#forget()
    })
  }

  #forget(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#wire?.near.destroy()
    this.#wire?.far.destroy()
    this.#onGone(this)
  }
}
