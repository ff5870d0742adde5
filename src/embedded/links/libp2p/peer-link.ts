import type { Connection } from '@libp2p/interface'
import { messageOf } from '../../../errors.ts'
import type { Clock, Timer } from '../../clock/clock.ts'
import type { WireEvent } from './wire-event.ts'

/** A declared neighbour, and where it is dialled. */
export interface SocketPeer {
  readonly peerId: string
  readonly address: string
  readonly port: number
}

type Direction = 'inbound' | 'outbound'

const dialTimeoutMs = 5_000
/** Pauses between dials double from the first to the last of these, and stay there: for ever. */
const redialMs = { first: 250, last: 2_000 }
/** "The dialing client MUST send a Status request upon connection." Who has not by then will never do it. */
const introductionMs = 6_000
/** A connection that has lasted so long was a good one: its successor is dialled at once again. */
const lastingMs = 10_000

const givenWay = Symbol('the peer dials')

export interface PeerLinkOptions {
  readonly peer: SocketPeer
  readonly clock: Clock
  readonly dial: (peer: SocketPeer, signal: AbortSignal) => Promise<Connection>
  /** Of two nodes that may dial each other, one gives the other a moment's precedence. */
  readonly firstDialMs: number
  readonly onConnect: (peerId: string, direction: Direction) => void
  readonly onDisconnect: (peerId: string) => void
  readonly onEvent: (event: WireEvent) => void
}

/**
 * The link with one declared neighbour: dials until it is connected, and whenever it is not. Either end may
 * have dialled.
 */
export class PeerLink {
  readonly #options: PeerLinkOptions
  #connection: Connection | undefined
  #isOpen = false
  /** Whether the peer has asked or answered anything on this connection. */
  #isIntroduced = false
  #connectedMs = 0
  #restUntilMs = 0
  #failures = 0
  #dialling: AbortController | undefined
  #timer: Timer | undefined

  constructor(options: PeerLinkOptions) {
    this.#options = options
  }

  get peer(): SocketPeer {
    return this.#options.peer
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  get isIntroduced(): boolean {
    return this.#isIntroduced
  }

  /** 0 when it is not connected. */
  get connectedForMs(): number {
    return this.#connection === undefined ? 0 : this.#options.clock.nowMs - this.#connectedMs
  }

  get isDialling(): boolean {
    return this.#dialling !== undefined
  }

  get isResting(): boolean {
    return this.#options.clock.nowMs < this.#restUntilMs
  }

  open(): void {
    this.#isOpen = true
    this.#failures = 0
    this.#restUntilMs = 0
    this.#dialIn(this.#options.firstDialMs)
  }

  /** Ends the connection, without a word to the node. */
  close(): void {
    this.#isOpen = false
    this.#timer?.cancel()
    this.#dialling?.abort()
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) hangUp(connection)
  }

  /** Takes a new connection, if there is none. */
  accept(connection: Connection): void {
    if (!this.#isOpen || this.#connection !== undefined) {
      hangUp(connection)
      return
    }
    const { clock, peer, onConnect } = this.#options
    this.#connection = connection
    this.#connectedMs = clock.nowMs
    this.#isIntroduced = false
    this.#awaitIntroduction(connection)
    onConnect(peer.peerId, connection.direction)
  }

  /** The connection has closed, from whichever end. */
  lose(connection: Connection): void {
    if (this.#connection !== connection) return
    const { clock, peer, onDisconnect } = this.#options
    this.#connection = undefined
    if (clock.nowMs - this.#connectedMs >= lastingMs) this.#failures = 0
    const restMs = Math.max(0, this.#restUntilMs - clock.nowMs)
    this.#dialIn(Math.max(restMs, this.#nextPauseMs()))
    this.#failures++
    onDisconnect(peer.peerId)
  }

  introduce(): void {
    this.#isIntroduced = true
  }

  /** Hangs up, and keeps apart for a while. @param restMs 0: to dial again as usual */
  hangUp(restMs: number): void {
    this.#restUntilMs = this.#options.clock.nowMs + restMs
    const connection = this.#connection
    if (connection === undefined) return
    this.lose(connection)
    hangUp(connection)
  }

  /** Gives way to a connection that the peer has made meanwhile. */
  stopDialling(): void {
    this.#dialling?.abort(givenWay)
  }

  #awaitIntroduction(connection: Connection): void {
    const { clock, peer, onEvent } = this.#options
    this.#timer?.cancel()
    this.#timer = clock.at(clock.nowMs + introductionMs, () => {
      if (this.#isIntroduced || this.#connection !== connection) return
      const detail = `no request within ${introductionMs} ms of its connection`
      onEvent({ kind: 'peer-dropped', peerId: peer.peerId, fault: 'silent', detail, restMs: 0 })
      this.hangUp(0)
    })
  }

  #nextPauseMs(): number {
    return Math.min(redialMs.first * 2 ** Math.min(this.#failures, 10), redialMs.last)
  }

  #dialIn(pauseMs: number): void {
    if (!this.#isOpen || this.#connection !== undefined) return
    const { clock } = this.#options
    this.#timer?.cancel()
    this.#timer = clock.at(clock.nowMs + pauseMs, () => void this.#dial())
  }

  async #dial(): Promise<void> {
    if (!this.#isOpen || this.#connection !== undefined || this.#dialling !== undefined) return
    const { clock, dial, peer } = this.#options
    const controller = new AbortController()
    this.#dialling = controller
    const timeout = clock.at(clock.nowMs + dialTimeoutMs, () =>
      controller.abort(new Error(`no answer within ${dialTimeoutMs} ms`)),
    )
    try {
      const connection = await dial(peer, controller.signal)
      this.accept(connection)
    } catch (error) {
      const reason: unknown = controller.signal.aborted ? controller.signal.reason : error
      if (reason === givenWay) this.#dialIn(redialMs.last)
      else this.#onDialFailure(reason)
    } finally {
      timeout.cancel()
      this.#dialling = undefined
    }
  }

  #onDialFailure(error: unknown): void {
    if (!this.#isOpen || this.#connection !== undefined) return
    const pauseMs = this.#nextPauseMs()
    this.#failures++
    // The first, the second, the fourth, … so that a peer that is gone for long does not fill the log.
    if (Number.isInteger(Math.log2(this.#failures))) {
      const { peer, onEvent } = this.#options
      onEvent({ kind: 'dial-failed', ...peer, failures: this.#failures, reason: messageOf(error) })
    }
    this.#dialIn(pauseMs)
  }
}

/** Lets what was said last arrive, if it goes quickly. An answer that is not complete must not look as if it were. */
function hangUp(connection: Connection): void {
  for (const stream of connection.streams) {
    if (stream.direction === 'inbound' && stream.protocol.startsWith('/eth2/') && stream.status === 'open') {
      stream.abort(new Error('The connection ends.'))
    }
  }
  connection.close().catch((error: unknown) => {
    connection.abort(error instanceof Error ? error : new Error(messageOf(error)))
  })
}

export function multiaddrOf({ address, port, peerId }: SocketPeer): string {
  return `/ip4/${address}/tcp/${port}/p2p/${peerId}`
}

/** Whether the peer can be sent gossip. */
export function hasGossip({ connection }: PeerLink): boolean {
  const streams = connection?.streams ?? []
  return streams.some(
    ({ direction, protocol, writeStatus }) =>
      direction === 'outbound' && protocol.startsWith('/meshsub/') && writeStatus === 'writable',
  )
}
