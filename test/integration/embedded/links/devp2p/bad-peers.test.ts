import { once } from 'node:events'
import { connect } from 'node:net'
import { RLP } from '@ethereumjs/rlp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import type { PeerFault } from '../../../../../src/embedded/links/devp2p/errors.ts'
import {
  encodeNumbered,
  encodeStatus,
  ethCodes,
} from '../../../../../src/embedded/links/devp2p/eth-messages.ts'
import { ForkIds } from '../../../../../src/embedded/links/devp2p/fork-id.ts'
import { joinList } from '../../../../../src/embedded/links/devp2p/rlp-reader.ts'
import { RlpxConnection } from '../../../../../src/embedded/links/devp2p/rlpx-connection.ts'
import { produce, testNode } from '../../execution/support/chain.ts'
import { identity, listen, realClock, type TestEnd } from './support/ends.ts'
import { until } from './support/until.ts'

const attacker = identity(66)

/** A node with a block, an honest peer, and a declared peer that is not there yet. */
async function victim(): Promise<{ end: TestEnd; honest: TestEnd }> {
  const node = testNode()
  await produce(node)
  const end = await listen(node, 1, { peers: [] })
  end.end.addPeer({ nodeId: attacker.nodeId, address: '127.0.0.1', port: 1 })
  const honest = await listen(testNode(), 2, { peers: [end.peer] })
  end.end.addPeer(honest.peer)
  await until('the honest peer is there', () => end.end.peers.length === 1, [end, honest])
  return { end, honest }
}

/** The declared peer connects, and says who it is. */
async function intrude(end: TestEnd, sendsStatus = true): Promise<RlpxConnection> {
  const socket = connect(end.peer.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const connection = await RlpxConnection.open({
    socket,
    identity: attacker,
    remoteId: end.peer.nodeId,
    clientId: 'attacker',
    port: 0,
    clock: realClock(),
  })
  const { chain, shared } = end.node
  const genesisHash = chain.genesis.hash
  const forkId = new ForkIds(hexToBytes(genesisHash), []).at(0)
  const status = { networkId: shared.rules.chainId, headHash: genesisHash, genesisHash, forkId }
  if (sendsStatus) connection.send(ethCodes.status, encodeStatus(status))
  return connection
}

const hash = new Uint8Array(32).fill(1)
const wholeQuestion = RLP.encode([hash, 1, 0, 0])

describe('a peer that', () => {
  test.each<[string, PeerFault, (connection: RlpxConnection) => void]>([
    ['sends no RLP', 'garbage', (peer) => peer.send(ethCodes.transactions, Uint8Array.of(0xc5, 1))],
    ['sends bytes for a list', 'garbage', (peer) => peer.send(ethCodes.transactions, RLP.encode('text'))],
    [
      'sends lists in lists',
      'garbage',
      (peer) => peer.send(ethCodes.getBlockBodies, RLP.encode([1, [[[[]]]]])),
    ],
    [
      'sends too many items',
      'oversized',
      (peer) => peer.send(ethCodes.transactions, RLP.encode(Array.from({ length: 5000 }, () => 1))),
    ],
    ['sends an unknown message', 'wrong-protocol', (peer) => peer.send(0x0b, RLP.encode([]))],
    ['sends blocks around', 'wrong-protocol', (peer) => peer.send(0x07, RLP.encode([]))],
    ['sends a message beyond the protocol', 'wrong-protocol', (peer) => peer.send(0x20, RLP.encode([]))],
    [
      'answers what nobody has asked',
      'wrong-protocol',
      (peer) => peer.send(ethCodes.blockHeaders, encodeNumbered(7, RLP.encode([]))),
    ],
    [
      'sends a blob transaction unasked',
      'wrong-protocol',
      (peer) => peer.send(ethCodes.transactions, joinList([RLP.encode(Uint8Array.of(3, 1, 2))])),
    ],
    ['says twice who it is', 'wrong-protocol', (peer) => peer.send(ethCodes.status, RLP.encode([]))],
    [
      'asks without end',
      'too-many-requests',
      (peer) => {
        for (let id = 0; id < 700; id++)
          peer.send(ethCodes.getBlockHeaders, encodeNumbered(id, wholeQuestion))
      },
    ],
  ])('%s is dropped by name', async (_, fault, misbehave) => {
    const { end, honest } = await victim()
    const connection = await intrude(end)
    const ended = connection.listen(async () => {})
    misbehave(connection)
    await until('it is dropped', () => end.events.some(({ kind }) => kind === 'peer-dropped'), [end])
    expect(end.events.find(({ kind }) => kind === 'peer-dropped')).toMatchObject({
      nodeId: attacker.nodeId,
      fault,
    })
    await ended
    // It is left alone for a while, and nobody else has noticed.
    const again = await intrude(end).then((peer) => peer.listen(async () => {}))
    expect(again.message).toMatch(/useless peer/)
    expect(end.end.peers.map(({ id }) => id)).toEqual([honest.peer.nodeId])
    expect(end.errors).toEqual([])
  })

  test('says something before it says who it is is dropped', async () => {
    const { end } = await victim()
    const connection = await intrude(end, false)
    connection.send(ethCodes.transactions, RLP.encode([]))
    await until('it is dropped', () => end.events.some(({ kind }) => kind === 'peer-dropped'), [end])
    expect(end.events.at(-1)).toMatchObject({ fault: 'wrong-protocol', detail: 'message 2 before Status' })
  })

  test.each<[string, Uint8Array]>([
    ['sends text', Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(100))],
    ['sends a short handshake', Uint8Array.of(0, 10, ...new Uint8Array(10))],
    ['sends a handshake of zeros', Uint8Array.of(1, 0, ...new Uint8Array(256))],
    ['claims a handshake too long', Uint8Array.of(255, 255)],
  ])('%s is refused', async (_, bytes) => {
    const { end, honest } = await victim()
    const socket = connect(end.peer.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(bytes)
    socket.resume()
    await once(socket, 'close')
    expect(end.events.find(({ kind }) => kind === 'connection-refused')).toMatchObject({
      reason: expect.stringMatching(/handshake/),
    })
    expect(end.end.peers.map(({ id }) => id)).toEqual([honest.peer.nodeId])
    expect(end.errors).toEqual([])
  })

  test('asks for what a node has gets it', async () => {
    const { end } = await victim()
    const connection = await intrude(end)
    const answers: Uint8Array[] = []
    void connection.listen(async (code, payload) => {
      if (code === ethCodes.blockHeaders) answers.push(payload)
    })
    connection.send(ethCodes.getBlockHeaders, encodeNumbered(9, RLP.encode([1, 10, 0, 1])))
    await until('it has the answer', () => answers.length === 1, [end])
    const [id, headers] = RLP.decode(answers[0] ?? new Uint8Array(0)) as [Uint8Array, Uint8Array[]]
    expect(id).toEqual(Uint8Array.of(9))
    expect(headers).toHaveLength(2)
  })
})
