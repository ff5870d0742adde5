import type { Link, LinkDirection } from './link.ts'

/** What a paused node may have waiting; what comes on top is lost. */
const heldMax = 65_536

/** What may be under way on a connection in one direction; what comes on top is dropped, as by a full socket. */
const transfersMax = 16_384
const bytesMax = 64 * 1024 * 1024

/** Sessions are kept in 16 bits by those who mark what a node has seen; 0 is none. */
const sessionMax = 2 ** 16 - 1

type Action = () => void | Promise<void>

/** Told about a node's connections, at once. Must not throw. */
export interface MeshListener {
  onConnect(channel: Channel, direction: 'inbound' | 'outbound'): void
  onDisconnect(channel: Channel): void
}

/** A node on one layer of a network. */
export class Member {
  readonly id: string
  /** Order in which nodes were added; never used again. */
  readonly index: number
  /** Links by the neighbour's id. */
  readonly links = new Map<string, Link>()
  isPaused = false
  /** Undefined while it is off line. */
  #listener: MeshListener | undefined
  #session = 0
  #channels: Channel[] = []
  #held: Action[] = []

  constructor(id: string, index: number) {
    this.id = id
    this.index = index
  }

  get listener(): MeshListener | undefined {
    return this.#listener
  }

  /** Changes each time it goes on line: what it knew before is forgotten. From 1 to 65,535. */
  get session(): number {
    return this.#session
  }

  /** Towards each connected neighbour, in the order in which they connected. */
  get channels(): readonly Channel[] {
    return this.#channels
  }

  channelTo(id: string): Channel | undefined {
    return this.#channels.find((channel) => channel.to.id === id)
  }

  begin(listener: MeshListener): void {
    this.#listener = listener
    this.isPaused = false
    this.#session = (this.#session % sessionMax) + 1
  }

  end(): void {
    this.#listener = undefined
    this.#held = []
    this.isPaused = false
  }

  addChannel(channel: Channel): void {
    this.#channels.push(channel)
  }

  removeChannel(channel: Channel): void {
    this.#channels = this.#channels.filter((other) => other !== channel)
  }

  /** Whether what arrives has to wait. */
  get isHolding(): boolean {
    return this.isPaused || this.#held.length > 0
  }

  /** Does what an arrival leads to: now, or when a pause is over. */
  take(action: Action): void | Promise<void> {
    if (!this.isHolding) return action()
    if (this.#held.length < heldMax) this.#held.push(action)
  }

  async takeHeld(): Promise<void> {
    const held = this.#held
    this.#held = []
    await Promise.all(held.map((action) => this.take(action)))
  }
}

/** One direction of a connection between two nodes. A connection that was closed never opens again. */
export class Channel {
  readonly link: Link
  readonly from: Member
  readonly to: Member
  readonly connectedMs: number
  /** Which of the link's two directions this is. */
  readonly direction: LinkDirection
  /** Whether `from` was told of it. */
  isAnnounced = false
  #reverse: Channel | undefined
  #isOpen = true
  #transfers = 0
  #bytes = 0
  /** When the last byte that was sent has left, where the bandwidth is bounded. */
  #busyUntilMs = 0

  private constructor(link: Link, from: Member, to: Member, connectedMs: number) {
    this.link = link
    this.from = from
    this.to = to
    this.connectedMs = connectedMs
    this.direction = from.index < to.index ? 0 : 1
  }

  static connect(link: Link, from: Member, to: Member, nowMs: number): Channel {
    const channel = new Channel(link, from, to, nowMs)
    const reverse = new Channel(link, to, from, nowMs)
    channel.#reverse = reverse
    reverse.#reverse = channel
    from.addChannel(channel)
    to.addChannel(reverse)
    return channel
  }

  get reverse(): Channel {
    if (this.#reverse === undefined) throw new TypeError('A channel has no reverse.')
    return this.#reverse
  }

  /** Whatever is still under way when it closes is lost. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /**
   * When a transfer arrives that sets out at a time: behind all that was sent before it, where the link's
   * bandwidth is bounded. Whole milliseconds.
   *
   * @param number of the transfer, which decides the jitter
   */
  arrivalMs(sentMs: number, number: number, bytes: number): number {
    const transferMs = this.link.transferMs(this.direction, number)
    if (!this.isBandwidthBounded) return sentMs + transferMs
    return Math.ceil(this.#leftMs(sentMs, bytes / this.link.bytesPerMs(this.direction))) + transferMs
  }

  /** Whether a transfer gets lost. */
  loses(number: number): boolean {
    return this.link.loses(this.direction, number)
  }

  /** Whether what is sent must wait for what was sent before. */
  get isBandwidthBounded(): boolean {
    return this.link.bytesPerMs(this.direction) !== Number.POSITIVE_INFINITY
  }

  /** Takes up the link for as long as something needs to leave; nothing where the bandwidth is not bounded. */
  occupy(sentMs: number, bytes: number): void {
    if (!this.isBandwidthBounded) return
    this.#busyUntilMs = this.#leftMs(sentMs, bytes / this.link.bytesPerMs(this.direction))
  }

  /** Notes that something sets out. @returns whether there was room for it */
  load(bytes: number): boolean {
    if (this.#transfers >= transfersMax || this.#bytes + bytes > bytesMax) return false
    this.#transfers++
    this.#bytes += bytes
    return true
  }

  /** Notes that it has arrived, or was lost. */
  unload(bytes: number): void {
    this.#transfers--
    this.#bytes -= bytes
  }

  #leftMs(sentMs: number, durationMs: number): number {
    return Math.max(sentMs, this.#busyUntilMs) + durationMs
  }

  disconnect(): void {
    for (const channel of [this, this.reverse]) {
      channel.#isOpen = false
      channel.from.removeChannel(channel)
    }
  }
}
