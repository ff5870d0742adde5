import { describe, expect, test } from 'vitest'
import { type ListeningWire, type SocketPeer, SocketWire } from '../../../../src/embedded/host/socket-wire.ts'
import type { WireHandlers } from '../../../../src/embedded/links/wire.ts'

const peer = (peerId: string): SocketPeer => ({ peerId, address: '127.1.0.10', port: 9_000 })

/** Notes what is asked of it. */
class FakeWire {
  readonly calls: string[]
  readonly peerId = 'self'
  peers: ListeningWire['peers'] = []

  constructor(calls: string[], peers: readonly SocketPeer[]) {
    this.calls = calls
    this.calls.push(`listen ${peers.map(({ peerId }) => peerId).join(' ')}`)
  }

  addPeer({ peerId }: SocketPeer): void {
    this.calls.push(`add ${peerId}`)
  }
  removePeer(peerId: string): void {
    this.calls.push(`remove ${peerId}`)
  }
  open(): void {
    this.calls.push('open')
  }
  close(): void {
    this.calls.push('close')
  }
  offer(protocols: readonly string[]): void {
    this.calls.push(`offer ${protocols.join(' ')}`)
  }
  subscribe(topic: string): void {
    this.calls.push(`subscribe ${topic}`)
  }
  unsubscribe(topic: string): void {
    this.calls.push(`unsubscribe ${topic}`)
  }
  publish(topic: string): void {
    this.calls.push(`publish ${topic}`)
  }
  async *request(): AsyncGenerator<never> {}
  disconnect(peerId: string): void {
    this.calls.push(`disconnect ${peerId}`)
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.calls.push('dispose')
  }
}

function makeWire() {
  const calls: string[] = []
  const made: FakeWire[] = []
  const wire = new SocketWire('self', async (peers) => {
    const inner = new FakeWire(calls, peers)
    made.push(inner)
    return inner
  })
  const gone: string[] = []
  const handlers: WireHandlers = {
    onGossip: () => 'ignore',
    onRequest: () => [],
    onConnect: () => {},
    onDisconnect: (peerId) => gone.push(peerId),
  }
  return { wire, calls, handlers, gone, inner: () => made[0] }
}

describe('links over sockets', () => {
  test('listen nowhere while there is no neighbour that needs them', async () => {
    const { wire, calls, handlers } = makeWire()
    await wire.setPeers([])
    wire.subscribe('blocks')
    wire.open(handlers)
    wire.publish('blocks', new Uint8Array())
    expect(wire.peers).toEqual([])
    wire.close()
    await wire[Symbol.asyncDispose]()
    expect(calls).toEqual([])
  })

  test('that come while the node runs are told what it has asked for so far', async () => {
    const { wire, calls, handlers } = makeWire()
    wire.offer(['status', 'ping'])
    wire.subscribe('blocks')
    wire.subscribe('votes')
    wire.unsubscribe('votes')
    wire.open(handlers)
    await wire.setPeers([peer('a')])
    expect(calls).toEqual(['listen a', 'offer status ping', 'subscribe blocks', 'open'])
  })

  test('follow the list of neighbours', async () => {
    const { wire, calls } = makeWire()
    await wire.setPeers([peer('a'), peer('b')])
    await Promise.all([wire.setPeers([peer('b'), peer('c')]), wire.setPeers([peer('c')])])
    expect(calls).toEqual(['listen a b', 'remove a', 'add c', 'remove b'])
  })

  test('can be asked again after they could not listen', async () => {
    const calls: string[] = []
    let isTaken = true
    const wire = new SocketWire('self', async (peers) => {
      if (isTaken) throw new Error('the port is taken')
      return new FakeWire(calls, peers)
    })
    await expect(wire.setPeers([peer('a')])).rejects.toThrow('the port is taken')
    isTaken = false
    await wire.setPeers([peer('a')])
    expect(calls).toEqual(['listen a'])
  })

  test('of a paused node are down, and its peers are lost to it until it goes on', async () => {
    const { wire, calls, handlers, gone, inner } = makeWire()
    await wire.setPeers([peer('a')])
    wire.subscribe('blocks')
    wire.open(handlers)
    const [first] = [inner()]
    if (first === undefined) throw new Error('nothing listens')
    first.peers = [{ peerId: 'a', direction: 'outbound' }]
    calls.length = 0
    wire.pause()
    wire.pause()
    expect(gone).toEqual(['a'])
    wire.resume()
    expect(calls).toEqual(['close', 'offer ', 'subscribe blocks', 'open'])
  })

  test('give their port back, and listen no more', async () => {
    const { wire, calls } = makeWire()
    await wire.setPeers([peer('a')])
    await wire[Symbol.asyncDispose]()
    await wire.setPeers([peer('b')])
    expect(calls).toEqual(['listen a', 'dispose'])
  })
})
