import { type Network, planNetwork, type StartNetworkOptions, startNetwork } from 'eth-localnet'
import { execaNode } from 'execa'
import { beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../src/processes/binaries/package-root.ts'
import { publicClient, sendRaw, signedTransfer } from './transfer.ts'

const options = {
  nodes: 4,
  validators: 32,
  topology: 'ring',
  time: 'virtual',
  seed: 7,
} as const satisfies StartNetworkOptions
const lastSlot = 28
const paymentSlot = 6

/** How a network is led from its start to the last slot. */
type Lead = (network: Network) => Promise<void>

/** A digest at the last slot, whatever was done until then. */
async function digestOf(changes: StartNetworkOptions, lead: Lead = async () => {}): Promise<string> {
  await using network = await startNetwork({ ...options, ...changes })
  await lead(network)
  await network.waitForSlots(lastSlot - network.currentSlot)
  return network.digest()
}

/** A payment that reaches a node at a certain slot, and is in a block of all nodes. */
const pay: Lead = async (network) => {
  const [, node] = network.nodes
  if (node === undefined) throw new Error('there is no second node')
  await network.waitForSlots(paymentSlot - network.currentSlot)
  const hash = await sendRaw(node, await signedTransfer(network))
  await network.advance({ slots: 2 })
  const receipts = await Promise.all(
    network.nodes.map((one) => publicClient(one).getTransactionReceipt({ hash })),
  )
  expect(receipts.map(({ status }) => status)).toEqual(Array(4).fill('success'))
}

/** The same in a process of its own. */
async function digestElsewhere(changes: StartNetworkOptions, payment?: string): Promise<string> {
  const program = `
    import { startNetwork } from 'eth-localnet'
    const [options, payment] = JSON.parse(process.argv[1])
    const network = await startNetwork(options)
    if (payment) {
      await network.waitForSlots(${paymentSlot} - network.currentSlot)
      const call = { jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [payment] }
      const body = JSON.stringify(call)
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(network.nodes[1].execution.rpcUrl, { method: 'POST', headers, body })
      if (!(await answer.json()).result) throw new Error('the payment was refused')
    }
    await network.waitForSlots(${lastSlot} - network.currentSlot)
    console.log(await network.digest())
    await network.stop()
  `
  const parameters = JSON.stringify([{ ...options, ...changes }, payment])
  const nodeOptions = ['--input-type=module', '--eval', program, '--']
  const { stdout } = await execaNode(parameters, { nodeOptions, cwd: packageRoot() })
  return stdout
}

describe('the history of a network in virtual time', () => {
  let usual: string

  beforeAll(async () => {
    usual = await digestOf({})
  })

  test('is a SHA-256, and goes on', async () => {
    expect(usual).toMatch(/^[0-9a-f]{64}$/)
    await using network = await startNetwork(options)
    const before = await network.digest()
    expect(await network.digest()).toBe(before)
    await network.advance({ slots: 1 })
    expect(await network.digest()).not.toBe(before)
  })

  test('is the same again in this process', async () => {
    expect(await digestOf({})).toBe(usual)
  })

  test('is the same in another process', async () => {
    expect(await digestElsewhere({})).toBe(usual)
  })

  test('is the same with a payment in the same slot, and not the one without it', async () => {
    const here = await digestOf({}, pay)
    expect(here).not.toBe(usual)
    expect(await digestOf({}, pay)).toBe(here)
    expect(await digestElsewhere({}, await signedTransfer(planNetwork(options)))).toBe(here)
  })

  test.each<[string, StartNetworkOptions]>([
    ['seed', { seed: 8 }],
    ['topology', { topology: 'line' }],
    ['number of validators', { validators: 36 }],
    ['genesis time', { genesisTime: 1_700_000_001 }],
  ])('is another one with another %s', async (_, changes) => {
    expect(await digestOf(changes)).not.toBe(usual)
  })

  test.each([[[1]], [[0.1, 0.25, 3, 0.65]], [[7, 2]]])(
    'does not depend on the steps in which time advances: %j slots',
    async (steps) => {
      const inSteps = await digestOf({}, async (network) => {
        for (let taken = 0; network.currentSlot + 8 < lastSlot; taken++) {
          await network.advance({ slots: steps[taken % steps.length] ?? 1 })
        }
      })
      expect(inSteps).toBe(usual)
    },
  )

  test('does not change when all APIs are asked all the time', async () => {
    let answers = 0
    const asked = await digestOf({}, async (network) => {
      const end = new AbortController()
      const questions = network.nodes.map(async ({ consensus, execution }) => {
        const body = '{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["pending",true]}'
        const headers = { 'content-type': 'application/json' }
        while (!end.signal.aborted) {
          for (const path of ['debug/fork_choice', 'node/peers', 'beacon/states/head/validators']) {
            const { status } = await fetch(`${consensus.apiUrl}/eth/v1/${path}`)
            if (status === 200) answers++
          }
          const { status } = await fetch(execution.rpcUrl, { method: 'POST', headers, body })
          if (status === 200) answers++
          await network.peers()
        }
      })
      await network.waitForSlots(lastSlot - network.currentSlot)
      end.abort()
      await Promise.all(questions)
    })
    expect(answers).toBeGreaterThan(16)
    expect(asked).toBe(usual)
  })

  test('is the same when nodes fail and come back at the same slots', async () => {
    const fail: Lead = async (network) => {
      await network.waitForSlots(4)
      await network.node('node-1').kill()
      await network.waitForSlots(4)
      await network.node('node-2').pause()
      await network.waitForSlots(3)
      await network.node('node-1').start()
      await network.node('node-2').resume()
      await network.waitForSlots(2)
      await network.addNode({ peers: ['node-0'] })
      await network.removeNode('node-3')
    }
    const digest = await digestOf({}, fail)
    expect(digest).not.toBe(usual)
    expect(await digestOf({}, fail)).toBe(digest)
  })
})
