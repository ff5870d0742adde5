import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Network, type Node, startNetwork } from 'eth-localnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fetchJson } from '../../../src/apis/http-json.ts'
import { publicClient, sendRaw, signedTransfer } from '../embedded/transfer.ts'
import { eventually } from '../support/eventually.ts'
import { printStages } from '../support/progress.ts'
import { complaintsOfEmbedded, complaintsOfProcesses } from './logs.ts'

const forkEpoch = 3
const slotsPerEpoch = 8
const blockSchema = z.object({ version: z.string() })

async function forkOfHead({ consensus }: Node): Promise<string> {
  return blockSchema.parse(await fetchJson(`${consensus.apiUrl}/eth/v2/beacon/blocks/head`)).version
}

// The tests build on one another: they follow one network through a fork.
describe('every pairing of execution and consensus clients in one network, around an embedded node', () => {
  const dir = mkdtempSync(join(tmpdir(), 'eth-localnet-pairings-'))
  let network: Network

  beforeAll(async () => {
    network = await startNetwork({
      dir,
      nodes: [
        { name: 'embedded-embedded' },
        { name: 'geth-prysm', execution: 'geth', consensus: 'prysm' },
        { name: 'geth-embedded', execution: 'geth', consensus: 'embedded' },
        { name: 'embedded-prysm', execution: 'embedded', consensus: 'prysm' },
      ],
      validators: 64,
      topology: 'star',
      slotDurationMs: 3_000,
      slotsPerEpoch,
      forks: { electra: 0, fulu: forkEpoch },
      seed: 6,
      onProgress: printStages,
    })
  })

  afterAll(async () => {
    await network?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  test('is connected as declared', async () => {
    await eventually(network, 4, async () => {
      const spokes = ['geth-prysm', 'geth-embedded', 'embedded-prysm']
      const hub = { execution: ['embedded-embedded'], consensus: ['embedded-embedded'] }
      expect(await network.peers()).toEqual([
        { name: 'embedded-embedded', execution: spokes, consensus: spokes },
        ...spokes.map((name) => ({ name, ...hub })),
      ])
    })
  })

  test("has each node's transactions in the chain of all others", async () => {
    const hashes = await Promise.all(
      network.nodes.map(async (node, from) => sendRaw(node, await signedTransfer(network, { from }))),
    )
    await eventually(network, 2 * slotsPerEpoch, async () => {
      const receipts = await Promise.all(
        network.nodes.flatMap((node) =>
          hashes.map((hash) => publicClient(node).getTransactionReceipt({ hash })),
        ),
      )
      expect(receipts.map(({ status }) => status)).toEqual(receipts.map(() => 'success'))
    })
  })

  test('crosses a fork together, and finalizes it', async () => {
    expect(new Set(await Promise.all(network.nodes.map(forkOfHead)))).toEqual(new Set(['electra']))
    await network.waitForFinalizedEpoch(forkEpoch)
    await network.assertConsensus()
    expect(new Set(await Promise.all(network.nodes.map(forkOfHead)))).toEqual(new Set(['fulu']))
    expect(complaintsOfProcesses(network)).toEqual([])
    expect(complaintsOfEmbedded(network)).toEqual([])
  })

  test("takes a user's transactions after the fork as before", async () => {
    const [node] = network.nodes
    if (node === undefined) throw new Error('there are four nodes')
    const hash = await sendRaw(node, await signedTransfer(network, { nonce: 1 }))
    await eventually(network, slotsPerEpoch, async () => {
      for (const other of network.nodes) {
        const { status } = await publicClient(other).getTransactionReceipt({ hash })
        expect(status).toBe('success')
      }
    })
  })

  test('keeps the beacon node whose Geth stands still, and takes it along when that goes on', async () => {
    const node = network.node('geth-embedded')
    const geth = node.processes.find(({ name }) => name === 'geth')
    if (geth === undefined) throw new Error('the node has no Geth')
    process.kill(geth.pid, 'SIGSTOP')
    // Longer than the 8 s after which a call of the Engine API has failed.
    await network.waitForSlots(4)
    process.kill(geth.pid, 'SIGCONT')
    expect(node.state).toBe('running')
    await network.waitForHead(network.currentSlot)
    await network.waitForConsensus()
  })

  test('goes on from its directory after a stop of everything', async () => {
    const before = network.currentSlot
    await network.stop()
    network = await startNetwork({ dir, onProgress: printStages })
    expect(network.currentSlot).toBeGreaterThan(before)
    await network.waitForHead(network.currentSlot + 2)
    await network.waitForConsensus()
  })

  test('goes on from its directory after a crash of everything', async () => {
    await Promise.all(network.nodes.map((node) => node.kill()))
    await network.stop()
    network = await startNetwork({ dir, onProgress: printStages })
    await network.waitForFinalizedEpoch(network.currentEpoch)
    await network.assertConsensus()
  })
})
