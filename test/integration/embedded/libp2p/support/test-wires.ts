import {
  Libp2pWire,
  type Libp2pWireOptions,
  type SocketPeer,
} from '../../../../../src/embedded/links/libp2p/libp2p-wire.ts'
import type { WireEvent } from '../../../../../src/embedded/links/libp2p/wire-event.ts'
import type { GossipMessage, PeerId, WireHandlers } from '../../../../../src/embedded/links/wire.ts'
import { libp2pIdentity } from '../../../../../src/plan/identity.ts'
import { freePorts } from '../../../../support/free-ports.ts'
import { SkippingClock } from './skipping-clock.ts'

export const topic = '/eth2/00000000/beacon_block/ssz_snappy'
export const status = '/eth2/beacon_chain/req/status/1/ssz_snappy'
export const blocksByRange = '/eth2/beacon_chain/req/beacon_blocks_by_range/2/ssz_snappy'

/** A wire, and what its node was told. */
export interface TestWire {
  readonly wire: Libp2pWire
  readonly peer: SocketPeer
  readonly events: WireEvent[]
  readonly connections: string[]
  readonly messages: { readonly message: GossipMessage; readonly from: PeerId }[]
  open(handlers?: Partial<WireHandlers>): void
}

/** Who a node of that number is, and where it listens. */
export interface TestIdentity {
  readonly privateKey: Libp2pWireOptions['privateKey']
  readonly peer: SocketPeer
}

/** The nodes of one test. All of them, and their clock, end with it. */
export class TestWires implements AsyncDisposable {
  readonly errors: unknown[] = []
  readonly clock = new SkippingClock((error) => this.errors.push(error))
  readonly #ends: AsyncDisposable[] = []
  #identities = 0

  /** An identity with an address of its own, as a node of a network has. */
  async identity(): Promise<TestIdentity> {
    const number = this.#identities++
    const { privateKey, peerId } = libp2pIdentity(7, number)
    const address = `127.1.9.${number + 1}`
    const [port = 0] = await freePorts(address, 1)
    return { privateKey, peer: { peerId, address, port } }
  }

  async listen(self: TestIdentity, peers: readonly SocketPeer[]): Promise<TestWire> {
    const events: WireEvent[] = []
    const wire = await Libp2pWire.listen({
      privateKey: self.privateKey,
      address: self.peer.address,
      port: self.peer.port,
      peers,
      clock: this.clock,
      seenTtlMs: 24_000,
      userAgent: 'eth-localnet/test',
      onEvent: (event) => events.push(event),
    })
    this.#ends.push(wire)
    const connections: string[] = []
    const messages: TestWire['messages'] = []
    const open = (handlers: Partial<WireHandlers> = {}) => {
      const { onGossip = () => 'accept', ...others } = handlers
      wire.subscribe(topic)
      wire.offer([status, blocksByRange])
      wire.open({
        onGossip: (message, from) => {
          messages.push({ message, from })
          return onGossip(message, from)
        },
        onRequest: () => [{ code: 'success', context: new Uint8Array(0), data: Uint8Array.of(1) }],
        onConnect: (peer) => connections.push(`+${peer}`),
        onDisconnect: (peer) => connections.push(`-${peer}`),
        ...others,
      })
    }
    return { wire, peer: self.peer, events, connections, messages, open }
  }

  /** Ends with the others. */
  use<End extends AsyncDisposable>(end: End): End {
    this.#ends.push(end)
    return end
  }

  /** @throws when anything went wrong that no test asked for */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ends.map((end) => end[Symbol.asyncDispose]()))
    this.clock.close()
    if (this.errors.length > 0)
      throw new AggregateError(this.errors, 'Something went wrong in the background.')
  }
}
