import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { onTestFinished } from 'vitest'
import { RealClock } from '../../../../../../src/embedded/clock/real-clock.ts'
import type { ExecutionNode } from '../../../../../../src/embedded/execution/execution-node.ts'
import { Devp2pEnd } from '../../../../../../src/embedded/links/devp2p/devp2p-end.ts'
import type { Devp2pEvent } from '../../../../../../src/embedded/links/devp2p/devp2p-event.ts'
import type { Identity } from '../../../../../../src/embedded/links/devp2p/rlpx-session.ts'
import type { Devp2pPeer } from '../../../../../../src/embedded/links/devp2p/static-peer.ts'
import type { Hex } from '../../../../../../src/plan/manifest.ts'
import { until } from './until.ts'

/** Who a test's nodes are: the private key is the number. */
export function identity(number: number): Identity {
  const privateKey: Hex = `0x${number.toString(16).padStart(64, '0')}`
  const publicKey = secp256k1.getPublicKey(Buffer.from(privateKey.slice(2), 'hex'), false)
  return { privateKey, nodeId: `0x${bytesToHex(publicKey.subarray(1))}` }
}

export function realClock(): RealClock {
  const clock = new RealClock({
    onError: (error) => {
      throw error
    },
  })
  onTestFinished(() => clock.close())
  return clock
}

export interface TestEnd {
  readonly end: Devp2pEnd
  readonly node: ExecutionNode
  readonly events: Devp2pEvent[]
  readonly errors: unknown[]
  /** How others reach it. */
  readonly peer: Devp2pPeer
}

/** A node's end on the loopback address. */
export async function listen(
  node: ExecutionNode,
  number: number,
  options: { peers?: readonly Devp2pPeer[]; port?: number } = {},
): Promise<TestEnd> {
  const events: Devp2pEvent[] = []
  const errors: unknown[] = []
  const { privateKey, nodeId } = identity(number)
  const end = await Devp2pEnd.listen({
    node,
    privateKey,
    address: '127.0.0.1',
    port: options.port ?? 0,
    peers: options.peers ?? [],
    clock: realClock(),
    clientVersion: `test/${number}`,
    onEvent: (event) => events.push(event),
    onError: (error) => errors.push(error),
  })
  onTestFinished(() => end[Symbol.asyncDispose]())
  return { end, node, events, errors, peer: { nodeId, address: '127.0.0.1', port: end.port } }
}

/** Two ends that know each other and are connected. */
export async function connectedPair(nodeA: ExecutionNode, nodeB: ExecutionNode): Promise<[TestEnd, TestEnd]> {
  const a = await listen(nodeA, 1)
  const b = await listen(nodeB, 2, { peers: [a.peer] })
  a.end.addPeer(b.peer)
  await until('both are connected', () => a.end.peers.length === 1 && b.end.peers.length === 1, [a, b])
  return [a, b]
}
