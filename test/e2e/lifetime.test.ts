import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Network, startNetwork } from 'eth-localnet'
import { createPublicClient, createWalletClient, type Hex, http, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedReal, embeddedVirtual, gethPrysm } from './support/clients-under-test.ts'
import { eventually } from './support/eventually.ts'
import { printStages } from './support/progress.ts'

const recipient = '0x00000000000000000000000000000000000000aa'

function publicClient(rpcUrl: string) {
  return createPublicClient({ transport: http(rpcUrl), pollingInterval: 200 })
}

async function sendEther(network: Network): Promise<Hex> {
  const [account] = network.accounts
  const [node] = network.nodes
  if (account === undefined || node === undefined) throw new Error('no account or node')
  const wallet = createWalletClient({
    account: privateKeyToAccount(account.privateKey),
    transport: http(node.execution.rpcUrl),
  })
  return wallet.sendTransaction({ to: recipient, value: parseEther('1'), chain: null })
}

// The tests build on one another: they follow one network through its life.
describe.each([gethPrysm, embeddedReal, embeddedVirtual])('$kind, 3 nodes, 12 validators', (clients) => {
  const options = { ...clients.nodes(3), validators: 12, slotsPerEpoch: 6, seed: 11, onProgress: printStages }
  let directory: string
  let network: Network
  let transaction: Hex

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'eth-localnet-lifetime-'))
    network = await startNetwork({ ...options, dir: directory })
  })

  afterAll(async () => {
    await network?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  test('forms: one head within 30 s of genesis, and 10 slots later', async () => {
    expect(network.currentSlot * clients.slotDurationMs).toBeLessThanOrEqual(30_000)
    await network.waitForSlots(10)
    await network.waitForConsensus({ withinSlots: 1 })
    expect(network.validatorDistribution).toEqual({ 'node-0': 4, 'node-1': 4, 'node-2': 4 })
  })

  test("has a user's transaction in a block on all nodes", async () => {
    transaction = await sendEther(network)
    const receipts = await eventually(network, 15, () =>
      Promise.all(
        network.nodes.map(({ execution }) =>
          publicClient(execution.rpcUrl).getTransactionReceipt({ hash: transaction }),
        ),
      ),
    )
    expect(new Set(receipts.map(({ blockHash }) => blockHash)).size).toBe(1)
    for (const { execution } of network.nodes) {
      const balance = await publicClient(execution.rpcUrl).getBalance({ address: recipient })
      expect(balance).toBe(parseEther('1'))
    }
  })

  test('finalizes epoch 2 on every node with the same root, and the transaction with it', async () => {
    await network.waitForFinalizedEpoch(2)
    const views = await network.views()
    const finalized = views.filter(({ finalizedEpoch }) => finalizedEpoch === views[0]?.finalizedEpoch)
    expect(finalized).toHaveLength(3)
    expect(new Set(finalized.map(({ finalizedRoot }) => finalizedRoot)).size).toBe(1)

    const [node] = network.nodes
    const client = publicClient(node?.execution.rpcUrl ?? '')
    const { blockNumber } = await client.getTransactionReceipt({ hash: transaction })
    await eventually(network, 30, async () => {
      const finalizedBlock = await client.getBlock({ blockTag: 'finalized' })
      expect(finalizedBlock.number).toBeGreaterThanOrEqual(blockNumber)
    })
  })

  test('is stopped as a whole and goes on with the same chain', async () => {
    const before = (await network.views())[0]
    await network.stop()
    network = await startNetwork({ ...options, dir: directory })
    await expectContinuation(network, before?.headRoot ?? '')
  })

  test('crashes as a whole and goes on with the same chain', async () => {
    const finalizedBefore = (await network.views())[0]?.finalizedRoot ?? ''
    await Promise.all(network.nodes.map((node) => node.kill()))
    await network.stop()
    network = await startNetwork({ dir: directory, onProgress: printStages })
    await expectContinuation(network, finalizedBefore)
  })
})

/** Every node has the old block in its canonical chain, and something new is finalized. */
async function expectContinuation(network: Network, oldRoot: string): Promise<void> {
  const { slotsPerEpoch } = network.chain
  const firstWholeEpoch = Math.ceil(network.currentSlot / slotsPerEpoch)
  await network.waitForFinalizedEpoch(firstWholeEpoch)
  await network.assertConsensus()
  for (const { consensus } of network.nodes) {
    const answer = await fetch(`${consensus.apiUrl}/eth/v1/beacon/headers/${oldRoot}`)
    expect(await answer.json()).toMatchObject({ data: { canonical: true } })
  }
}
