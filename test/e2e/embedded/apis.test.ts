import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Network, type Node, startNetwork } from 'eth-localnet'
import { JsonRpcProvider, Wallet } from 'ethers'
import { createPublicClient, createWalletClient, http, parseEther, webSocket } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { publicClient, recipient } from './transfer.ts'

let network: Network

beforeAll(async () => {
  network = await startNetwork({ nodes: 4, validators: 16, topology: 'line', time: 'virtual', seed: 2 })
})

afterAll(async () => {
  await network?.stop()
})

/** Asks every node the same, and returns the one answer that all must give. */
async function sameOfAll<T>(ask: (node: Node) => Promise<T>): Promise<T> {
  const [first, ...others] = await Promise.all(network.nodes.map(ask))
  for (const other of others) expect(other).toEqual(first)
  return first as T
}

function keyOf(account: number) {
  const { privateKey } = network.accounts[account] ?? {}
  if (privateKey === undefined) throw new Error(`there is no account ${account}`)
  return privateKey
}

describe("viem on every node's RPC", () => {
  test('reads the balance of every account', async () => {
    expect(network.accounts).toHaveLength(10)
    for (const { address } of network.accounts) {
      expect(await sameOfAll((node) => publicClient(node).getBalance({ address }))).toBe(parseEther('10000'))
    }
    expect(await sameOfAll((node) => publicClient(node).getChainId())).toBe(1337)
  })

  test('sends a transaction on each node, and each is in a block of all', async () => {
    const hashes = await Promise.all(
      network.nodes.map(({ execution }, index) => {
        const account = privateKeyToAccount(keyOf(index))
        const wallet = createWalletClient({ account, transport: http(execution.rpcUrl) })
        return wallet.sendTransaction({ to: recipient, value: parseEther('1'), chain: null })
      }),
    )
    await network.advance({ slots: 3 })
    for (const hash of hashes) {
      const receipt = await sameOfAll((node) => publicClient(node).getTransactionReceipt({ hash }))
      expect(receipt).toMatchObject({ status: 'success', gasUsed: 21_000n, to: recipient })
    }
    expect(await sameOfAll((node) => publicClient(node).getBalance({ address: recipient }))).toBe(
      parseEther('4'),
    )
  })

  test('hears of every new head by WebSocket', async () => {
    const heads = network.nodes.map(({ execution }) => {
      const client = createPublicClient({ transport: webSocket(execution.wsUrl, { reconnect: false }) })
      const numbers: bigint[] = []
      const subscribed = client.transport.subscribe({
        params: ['newHeads'],
        onData: ({ result }) => numbers.push(BigInt(result.number)),
      })
      onTestFinished(async () => (await client.transport.getRpcClient()).close())
      return { numbers, subscribed }
    })
    await Promise.all(heads.map(({ subscribed }) => subscribed))
    const before = await sameOfAll((node) => publicClient(node).getBlockNumber({ cacheTime: 0 }))
    await network.advance({ slots: 3 })
    for (const { numbers } of heads) {
      await expect.poll(() => numbers).toEqual([before + 1n, before + 2n, before + 3n])
    }
  })
})

test("ethers sends a transaction on each node's RPC, and each is in a block of all", async () => {
  // By default ethers gives the same answer for a quarter of a second, in which virtual time goes on for many slots.
  const options = { cacheTimeout: -1 }
  const providers = network.nodes.map(({ execution: { rpcUrl } }) => {
    return new JsonRpcProvider(rpcUrl, undefined, options)
  })
  onTestFinished(() => {
    for (const provider of providers) provider.destroy()
  })
  const before = await providers[0]?.getBalance(recipient)
  const sent = await Promise.all(
    providers.map((provider, index) =>
      new Wallet(keyOf(index + 4), provider).sendTransaction({ to: recipient, value: parseEther('0.5') }),
    ),
  )
  await network.advance({ slots: 3 })
  for (const provider of providers) {
    const receipts = await Promise.all(sent.map(({ hash }) => provider.getTransactionReceipt(hash)))
    expect(receipts.map((receipt) => receipt?.status)).toEqual([1, 1, 1, 1])
    expect(await provider.getBalance(recipient)).toBe((before ?? 0n) + parseEther('2'))
  }
})

describe('the Beacon API over HTTP', () => {
  async function get(node: Node, path: string): Promise<unknown> {
    const response = await fetch(`${node.consensus.apiUrl}${path}`)
    expect(response.status, path).toBe(200)
    return response.json()
  }

  test('answers the same on every node while time stands still', async () => {
    for (const path of [
      '/eth/v1/beacon/genesis',
      '/eth/v1/beacon/headers/head',
      '/eth/v2/beacon/blocks/head',
      '/eth/v1/beacon/states/head/finality_checkpoints',
      '/eth/v1/beacon/states/head/validators',
      '/eth/v1/config/spec',
    ]) {
      expect(await sameOfAll((node) => get(node, path))).toHaveProperty('data')
    }
    for (const { name, consensus } of network.nodes) {
      const identity = await get(network.node(name), '/eth/v1/node/identity')
      expect(identity).toMatchObject({ data: { peer_id: consensus.peerId } })
    }
  })

  test('answers on every node while time runs freely', async () => {
    const end = new AbortController()
    const running = network.advance({ slots: 100_000 }, { signal: end.signal })
    const ended = expect(running).rejects.toThrow('enough')
    const slotOf = async (node: Node) => {
      const { data } = (await get(node, '/eth/v1/node/syncing')) as { data: { head_slot: string } }
      return Number(data.head_slot)
    }
    for (const node of network.nodes) {
      const before = await slotOf(node)
      await expect.poll(() => slotOf(node), { timeout: 60_000, interval: 0 }).toBeGreaterThan(before)
    }
    end.abort(new Error('enough'))
    await ended
    await network.advance({ slots: 1 })
    await network.assertConsensus()
  })
})

describe('the Engine API of every node', () => {
  async function exchangeCapabilities({ execution }: Node, authorization?: string): Promise<Response> {
    return fetch(execution.engineUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'engine_exchangeCapabilities', params: [[]] }),
    })
  }

  async function bearer({ execution }: Node): Promise<string> {
    const secret = Buffer.from((await readFile(execution.jwtSecretFile, 'utf8')).trim(), 'hex')
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const content = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ iat: Math.floor(Date.now() / 1000) })}`
    return `Bearer ${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
  }

  test('answers whoever has its secret', async () => {
    for (const node of network.nodes) {
      const response = await exchangeCapabilities(node, await bearer(node))
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({
        result: expect.arrayContaining(['engine_newPayloadV4', 'engine_forkchoiceUpdatedV3']),
      })
    }
  })

  test("refuses whoever has none, or another node's", async () => {
    const tokens = await Promise.all(network.nodes.map(bearer))
    for (const [index, node] of network.nodes.entries()) {
      const other = tokens[(index + 1) % tokens.length]
      for (const authorization of [undefined, other, 'Bearer nonsense']) {
        expect((await exchangeCapabilities(node, authorization)).status).toBe(401)
      }
    }
  })
})
