import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClassicLevel } from 'classic-level'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import { ExecutionDatabase } from '../../../../../src/embedded/execution/store/execution-database.ts'
import { openKeptNode } from '../../../../../src/embedded/execution/store/kept-node.ts'
import {
  accounts,
  genesisTime,
  makeHead,
  produce,
  sharedExecution,
  signTransaction,
} from '../support/chain.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'execution-store-'))
  return () => rm(directory, { recursive: true, force: true })
})

const unexpected = (error: unknown) => {
  throw error
}

/** A node that knows what is in the directory, and shares nothing with the one before. */
async function open(onError: (error: unknown) => void = unexpected) {
  const database = await ExecutionDatabase.open(directory)
  onTestFinished(() => database.close().catch(() => {}))
  const options = { shared: sharedExecution(), now: () => genesisTime * 1000 }
  return { database, node: await openKeptNode(options, database.nodeStore('node-0'), onError) }
}

describe('a node that starts again', () => {
  test('is where it was: blocks, receipts, branches, head and finalized block', async () => {
    const before = await open()
    const raw = await signTransaction(accounts[0], { nonce: 0, to: accounts[1].address, value: 5n })
    await before.node.sendRawTransaction(hexToBytes(raw))
    const first = await produce(before.node)
    const side = await produce(before.node, { prevRandao: new Uint8Array(32).fill(7) })
    await makeHead(before.node, first)
    for (let count = 0; count < 40; count++) await produce(before.node)
    await makeHead(before.node, before.node.chain.head.record, first.hash)
    const head = await produce(before.node)
    await before.database.close()

    const { node } = await open()
    expect(node.chain.head.record.hash).toBe(head.hash)
    expect(node.chain.finalized?.hash).toBe(first.hash)
    expect(node.chain.record(first.hash)?.receipts).toHaveLength(1)
    expect(node.chain.record(side.hash)?.number).toBe(2)
    const next = await produce(node)
    expect(next.number).toBe(head.number + 1)
  })

  test('after kill -9 has every block that it called valid', async () => {
    const writer = fileURLToPath(new URL('./write-blocks.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', writer, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const hashes: string[] = []
    for await (const chunk of child.stdout) {
      hashes.push(...String(chunk).trim().split('\n'))
      if (hashes.length >= 20) break
    }
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')

    const { node } = await open()
    const missing = hashes.filter((hash) => node.chain.record(hash as `0x${string}`) === undefined)
    expect(missing).toEqual([])
    expect(node.chain.head.record.number).toBeGreaterThan(0)
  })

  test('is empty again when its data was deleted, and others keep theirs', async () => {
    const { database, node } = await open()
    await produce(node)
    const other = await openKeptNode(
      { shared: node.shared, now: node.now },
      database.nodeStore('node-1'),
      unexpected,
    )
    await produce(other)
    await database.deleteNode('node-0')
    await database.close()
    const again = await open()
    expect(again.node.chain.head.record.number).toBe(0)
    const second = await openKeptNode(
      { shared: sharedExecution(), now: node.now },
      again.database.nodeStore('node-1'),
      unexpected,
    )
    expect(second.chain.head.record.number).toBe(1)
  })
})

describe('a store', () => {
  test('whose bytes are damaged says so', async () => {
    const { database, node } = await open()
    await produce(node)
    await database.close()
    const level = new ClassicLevel<string, Uint8Array>(directory, { valueEncoding: 'view' })
    for await (const [key, value] of level.iterator({ gte: 'node!node-0!block!' })) {
      if (key.includes('!block!')) await level.put(key, value.slice(0, 100))
    }
    await level.close()
    await expect(open()).rejects.toMatchObject({ code: 'store-damaged' })
  })

  test('of another version, or in use, is not opened', async () => {
    const { database } = await open()
    await expect(ExecutionDatabase.open(directory)).rejects.toMatchObject({ code: 'store-locked' })
    await database.close()
    const level = new ClassicLevel<string, Uint8Array>(directory, { valueEncoding: 'view' })
    await level.put('version', new TextEncoder().encode('99'))
    await level.close()
    await expect(open()).rejects.toMatchObject({ code: 'store-other-version' })
  })

  test('that takes no more writes does not stop the node', async () => {
    const errors: unknown[] = []
    const { database, node } = await open((error) => errors.push(error))
    await database.close()
    await produce(node)
    expect(node.chain.head.record.number).toBe(1)
    expect(errors[0]).toMatchObject({ code: 'store-unavailable' })
  })
})
