import { request } from 'node:http'
import { connect } from 'node:net'
import { ContractFactory, JsonRpcProvider, NonceManager, parseEther, Wallet } from 'ethers'
import {
  BaseError,
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  type PublicClient,
  parseAbi,
  webSocket,
} from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import { startHttpServer } from '../../../../../src/embedded/execution/server/http-server.ts'
import type { RpcServer } from '../../../../../src/embedded/execution/server/rpc-server.ts'
import { ListenError } from '../../../../../src/embedded/listen-error.ts'
import { accounts, produce, testNode } from '../support/chain.ts'
import { counter, counterTopic, deploying, refuser } from '../support/contracts.ts'

const [alice, bob, carol] = accounts
const defects: unknown[] = []
let node: ExecutionNode
let server: RpcServer
let client: PublicClient

const chain = defineChain({
  id: 1337,
  name: 'test',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [] } },
})

beforeAll(async () => {
  node = testNode()
  server = await startHttpServer({ node, onDefect: (error) => defects.push(error) })
  client = createPublicClient({ chain, transport: http(server.url), pollingInterval: 20 })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  expect(defects).toEqual([])
})

function walletOf(account: (typeof accounts)[number]) {
  return createWalletClient({ account, chain, transport: http(server.url) })
}

/** Sends a request with headers of choice, which `fetch` does not allow for Host. */
function post(headers: Record<string, string>, body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}') {
  return new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const sent = request({ port: server.port, host: '127.0.0.1', method: 'POST', headers }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    },
  )
}

describe('with viem', () => {
  it('reads the chain and sends a transfer that is mined', async () => {
    expect(await client.getChainId()).toBe(1337)
    expect(await client.getBalance({ address: carol.address })).toBe(1000n * 10n ** 18n)
    const hash = await walletOf(alice).sendTransaction({ to: bob.address, value: 7n })
    const { number } = await produce(node)
    const receipt = await client.waitForTransactionReceipt({ hash })
    expect(receipt).toMatchObject({
      status: 'success',
      type: 'eip1559',
      blockNumber: BigInt(number),
      gasUsed: 21_000n,
    })
    expect((await client.getTransaction({ hash })).value).toBe(7n)
    expect((await client.getBlock({ includeTransactions: true })).transactions).toHaveLength(1)
  })

  it('deploys a contract, calls it, and finds its logs', async () => {
    const hash = await walletOf(alice).deployContract({ abi: [], bytecode: deploying(counter) })
    await produce(node)
    const { contractAddress } = await client.waitForTransactionReceipt({ hash })
    if (!contractAddress) throw new Error('no contract')
    expect(await client.getCode({ address: contractAddress })).toBe(counter)
    const filter = await client.createEventFilter({ address: contractAddress })
    await walletOf(alice).sendTransaction({ to: contractAddress })
    const { number } = await produce(node)
    const [log] = await client.getLogs({ address: contractAddress, fromBlock: 0n })
    expect(log).toMatchObject({ topics: [counterTopic], blockNumber: BigInt(number) })
    expect(await client.getFilterChanges({ filter })).toHaveLength(1)
    expect(await client.getStorageAt({ address: contractAddress, slot: '0x0' })).toBe(
      `0x${'1'.padStart(64, '0')}`,
    )
    const proof = await client.getProof({ address: contractAddress, storageKeys: [`0x${'00'.repeat(32)}`] })
    expect(proof.storageProof[0]?.value).toBe(1n)
  })

  it('learns why a call reverts, also from an estimate', async () => {
    const hash = await walletOf(bob).deployContract({ abi: [], bytecode: deploying(refuser) })
    await produce(node)
    const { contractAddress } = await client.waitForTransactionReceipt({ hash })
    if (!contractAddress) throw new Error('no contract')
    const abi = parseAbi(['function anything() view returns (uint256)'])
    const failure = await client
      .readContract({ address: contractAddress, abi, functionName: 'anything' })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(BaseError)
    expect((failure as BaseError).message).toMatch(/reverted with the following reason:\s+no/)
    await expect(client.estimateGas({ account: bob.address, to: contractAddress })).rejects.toThrow(/no/)
  })

  it('recognises refusals', async () => {
    const transfer = { to: bob.address, value: 10n ** 24n }
    await expect(walletOf(alice).sendTransaction({ ...transfer, gas: 21_000n })).rejects.toThrow(
      expect.objectContaining({
        name: 'TransactionExecutionError',
        cause: expect.objectContaining({ name: 'InsufficientFundsError' }),
      }) as Error,
    )
    await expect(walletOf(alice).sendTransaction({ to: bob.address, nonce: 0 })).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ name: 'NonceTooLowError' }) }) as Error,
    )
  })

  it('reads fees', async () => {
    const history = await client.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] })
    expect(history.baseFeePerGas).toHaveLength(3)
    expect((await client.estimateFeesPerGas()).maxPriorityFeePerGas).toBeGreaterThan(0n)
    expect(await client.getBlobBaseFee()).toBe(1n)
  })

  it('follows the chain over WebSocket', async () => {
    const transport = webSocket(server.url.replace('http', 'ws'), { reconnect: false })
    const live = createPublicClient({ chain, transport })
    const heads: bigint[] = []
    const seen = new Promise<void>((resolve, reject) => {
      live.watchBlocks({
        onError: reject,
        onBlock: ({ number }) => {
          heads.push(number)
          if (heads.length === 2) resolve()
        },
      })
    })
    // The subscription is there when the server has answered a later request of the same connection.
    await live.getChainId()
    await live.getBlockNumber()
    const records = [await produce(node), await produce(node)]
    await seen
    expect(heads).toEqual(records.map(({ number }) => BigInt(number)))
    const connection = await live.transport.getRpcClient()
    connection.close()
  })
})

describe('with ethers', () => {
  it('reads, sends, deploys and reads again', async () => {
    const provider = new JsonRpcProvider(server.url, undefined, { batchMaxCount: 5, pollingInterval: 20 })
    const wallet = new NonceManager(new Wallet(`0x${'3'.padStart(64, '0')}`, provider))
    expect((await provider.getNetwork()).chainId).toBe(1337n)
    const sent = await wallet.sendTransaction({ to: bob.address, value: parseEther('1') })
    const deployed = await new ContractFactory([], deploying(counter), wallet).deploy()
    await produce(node)
    expect((await sent.wait())?.status).toBe(1)
    expect(await provider.getCode(await deployed.getAddress())).toBe(counter)
    const call = await wallet.sendTransaction({ to: await deployed.getAddress() })
    await produce(node)
    expect((await call.wait())?.logs).toHaveLength(1)
    const feeData = await provider.getFeeData()
    expect(feeData.maxFeePerGas).toBeGreaterThan(0n)
    provider.destroy()
  })
})

describe('the server', () => {
  it('answers notifications with no content, and GET with what it is', async () => {
    expect(await post({}, '{"jsonrpc":"2.0","method":"eth_chainId"}')).toMatchObject({
      status: 204,
      text: '',
    })
    expect(await (await fetch(server.url)).text()).toContain('JSON-RPC')
  })

  it.each<[string, Record<string, string>, number]>([
    ['no other header', {}, 200],
    ['localhost as host', { host: 'localhost:1' }, 200],
    ['another loopback address', { host: '127.0.3.4' }, 200],
    ['the IPv6 loopback address', { host: '[::1]:80' }, 200],
    ['a name that was made to resolve here', { host: 'evil.example:8545' }, 403],
    ['a name that starts like ours', { host: 'localhost.evil.example' }, 403],
    ['a page of this machine', { origin: 'http://localhost:3000' }, 200],
    ['a page of another site', { origin: 'https://evil.example' }, 403],
    ['an origin that is none', { origin: 'null' }, 403],
  ])('with %s answers %s', async (_, headers, status) => {
    expect((await post(headers)).status).toBe(status)
  })

  it('lets pages of this machine read the answer', async () => {
    const { headers } = await post({ origin: 'http://localhost:3000' })
    expect(headers['access-control-allow-origin']).toBe('http://localhost:3000')
  })

  it('refuses bodies that are too large', async () => {
    const { status } = await post(
      { 'content-type': 'application/json' },
      `"${'x'.repeat(6 * 1024 * 1024)}"`,
    ).catch(() => ({
      status: 413,
    }))
    expect(status).toBe(413)
  })

  it('refuses WebSockets of other sites', async () => {
    const socket = new WebSocket(server.url.replace('http', 'ws'), { origin: 'https://evil.example' })
    const failure = await new Promise<Error>((resolve) => socket.on('error', resolve))
    expect(failure.message).toContain('403')
  })

  it('survives connections that send no HTTP', async () => {
    const bytes = [
      'GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: x\r\n\r\n\x00\xff',
      'GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: localhost\r\n\r\n\x00\xff',
      '\x16\x03\x01 hello\r\n\r\n',
    ]
    for (const text of bytes) {
      const socket = connect(server.port, '127.0.0.1')
      // The other side may hang up while this one still writes.
      socket.on('error', () => {})
      socket.write(text)
      await new Promise((resolve) => socket.resume().on('close', resolve))
    }
    expect((await post({})).status).toBe(200)
  })

  it('says which port it could not have', async () => {
    const second = startHttpServer({ node, port: server.port, onDefect: () => {} })
    await expect(second).rejects.toBeInstanceOf(ListenError)
    await expect(second).rejects.toMatchObject({ facts: { port: server.port } })
  })

  it('closes with its connections open', async () => {
    const short = await startHttpServer({ node: testNode(), onDefect: () => {} })
    const socket = new WebSocket(short.url.replace('http', 'ws'))
    await new Promise((resolve) => socket.on('open', resolve))
    const closed = new Promise((resolve) => socket.on('close', resolve))
    await short[Symbol.asyncDispose]()
    await closed
    await expect(fetch(short.url)).rejects.toThrow()
  })
})
