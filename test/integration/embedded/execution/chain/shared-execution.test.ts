import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import { InvalidBlockError } from '../../../../../src/embedded/execution/chain/block-errors.ts'
import {
  accounts,
  attributesAfter,
  makeHead,
  produce,
  sharedExecution,
  signTransaction,
  testNode,
} from '../support/chain.ts'
import { tampered } from '../support/tampered.ts'

describe('SharedExecution', () => {
  it('executes a block once for all nodes of a process', async () => {
    const shared = sharedExecution()
    const [maker, ...others] = [testNode(shared), testNode(shared), testNode(shared)]
    const record = await produce(maker)
    for (const node of others) await node.importBlock(record.block)
    const states = [maker, ...others].map((node) => node.chain.executed(record.hash)?.state)
    expect(states[0]).toBeDefined()
    expect(new Set(states).size).toBe(1)
  })

  it('executes a block once also for those who import it later', async () => {
    const record = await produce(testNode())
    const shared = sharedExecution()
    const nodes = [testNode(shared), testNode(shared)]
    for (const node of nodes) await node.importBlock(record.block)
    const [a, b] = nodes.map((node) => node.chain.executed(record.hash))
    expect(a).toBeDefined()
    expect(a).toBe(b)
  })

  it('executes a block once also for those who import it at the same time', async () => {
    const record = await produce(testNode())
    const shared = sharedExecution()
    const nodes = [testNode(shared), testNode(shared)]
    await Promise.all(nodes.map((node) => node.importBlock(record.block)))
    const [a, b] = nodes.map((node) => node.chain.executed(record.hash))
    expect(a).toBeDefined()
    expect(a).toBe(b)
  })

  it('leaves it to each node which blocks it has', async () => {
    const shared = sharedExecution()
    const [maker, other] = [testNode(shared), testNode(shared)]
    const first = await produce(maker)
    const second = await produce(maker)
    expect(other.chain.record(first.hash)).toBeUndefined()
    expect(await other.importBlock(second.block)).toMatchObject({ status: 'SYNCING' })
    expect(await makeHead(other, second)).toMatchObject({ payloadStatus: { status: 'SYNCING' } })
    expect(other.chain.head.record.number).toBe(0)
  })

  it('gives the same verdict on an invalid block again', async () => {
    const shared = sharedExecution()
    const node = testNode(shared)
    const record = await produce(testNode())
    const bad = tampered(record.block, { stateRoot: new Uint8Array(32) })
    const verdicts = []
    for (let attempt = 0; attempt < 2; attempt++) {
      const lookUp = node.chain.ancestorHashes(node.chain.genesis)
      verdicts.push(await shared.import(bad, shared.genesis, lookUp).catch((error: unknown) => error))
    }
    expect(verdicts[0]).toBeInstanceOf(InvalidBlockError)
    expect(verdicts[1]).toBe(verdicts[0])
  })

  it('recovers the sender of a transaction once', async () => {
    const shared = sharedExecution()
    const raw = hexToBytes(await signTransaction(accounts[0], { nonce: 0, to: accounts[1].address }))
    const { timestamp } = attributesAfter(shared.genesis.record)
    const first = shared.decodeTransaction(raw, timestamp)
    expect(shared.decodeTransaction(Uint8Array.from(raw), timestamp)).toBe(first)
  })
})
