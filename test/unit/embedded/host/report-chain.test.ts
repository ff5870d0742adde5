import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { BeaconNode } from '../../../../src/embedded/beacon-node.ts'
import type { Clock } from '../../../../src/embedded/clock/clock.ts'
import { HistoryDigest } from '../../../../src/embedded/host/history-digest.ts'
import type { NodeLog } from '../../../../src/embedded/host/node-log.ts'
import { reportChain } from '../../../../src/embedded/host/report-chain.ts'

const log = { info() {}, warn() {}, error() {} } as unknown as NodeLog

/** What a history says after a node was reported, that has accepted one message by gossip. */
function digestAfter(message: unknown): string {
  const [digest, gossip] = [new HistoryDigest(), new EventEmitter()]
  const node = { chain: { events: new EventEmitter() }, gossip: { events: gossip } } as unknown as BeaconNode
  reportChain(node, { log, digest, clock: { nowMs: 1_000 } as Clock, name: 'node-0' })
  gossip.emit('accept', message)
  return digest.get()
}

function vote(root: string, attester: { attesterIndex?: number; place?: { attesterIndex: number } }) {
  return { kind: 'beacon_attestation', content: { content: { root }, ...attester } }
}

test('a vote that a node accepts is a part of the history: who, and for what', () => {
  const empty = new HistoryDigest().get()
  const one = digestAfter(vote('0xaa', { attesterIndex: 3 }))
  expect(one).not.toBe(empty)
  expect(digestAfter(vote('0xaa', { attesterIndex: 4 }))).not.toBe(one)
  expect(digestAfter(vote('0xbb', { attesterIndex: 3 }))).not.toBe(one)
})

test('before Electra a vote is that of the attester who was found in its committee', () => {
  const named = digestAfter(vote('0xaa', { attesterIndex: 3 }))
  expect(digestAfter(vote('0xaa', { place: { attesterIndex: 3 } }))).toBe(named)
})

test('other messages are none', () => {
  expect(digestAfter({ kind: 'voluntary_exit', content: {} })).toBe(new HistoryDigest().get())
})
