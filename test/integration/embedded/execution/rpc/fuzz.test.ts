import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import { engineMethods } from '../../../../../src/embedded/execution/engine/engine-methods.ts'
import type { ExecutionNode } from '../../../../../src/embedded/execution/execution-node.ts'
import { ethMethods } from '../../../../../src/embedded/execution/rpc/eth-methods.ts'
import type { RpcMethods } from '../../../../../src/embedded/execution/rpc/rpc-method.ts'
import { accounts, produce, signTransaction, testNode } from '../support/chain.ts'
import { counter, deploying } from '../support/contracts.ts'
import { clientOf, type RpcClient } from '../support/rpc-client.ts'

let node: ExecutionNode
let methods: RpcMethods
let client: RpcClient

beforeAll(async () => {
  node = testNode()
  const raw = await signTransaction(accounts[0], { nonce: 0, gas: 300_000n, data: deploying(counter) })
  await node.sendRawTransaction(hexToBytes(raw))
  await produce(node)
  methods = { ...ethMethods(node), ...engineMethods(node) }
  client = clientOf(methods, undefined, { notify: () => {}, onClose: () => {} })
})

/** Hexadecimal text near what methods expect, so that schemas are passed often enough. */
const hexText = fc.oneof(
  fc.constantFrom('0x', '0x0', '0x1', '0x2', '0x00', `0x${'ff'.repeat(8)}`, `0x${'f'.repeat(64)}`),
  fc
    .constantFrom(20, 32, 48)
    .chain((length) => fc.constantFrom('00', '11', 'ff').map((byte) => `0x${byte.repeat(length)}`)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
)
const word = fc.constantFrom(
  'latest',
  'pending',
  'finalized',
  'newHeads',
  'logs',
  'callTracer',
  '__proto__',
  '',
)
const scalar = fc.oneof(
  hexText,
  word,
  fc.boolean(),
  fc.constant(null),
  fc.double(),
  fc.string({ maxLength: 10 }),
)
const field = fc.constantFrom(
  ...['from', 'to', 'gas', 'gasPrice', 'value', 'data', 'input', 'fromBlock', 'toBlock', 'address', 'topics'],
  ...['blockHash', 'blockNumber', 'tracer', 'limit', 'timestamp', 'headBlockHash', 'safeBlockHash'],
  ...['finalizedBlockHash', 'code', 'stateDiff', 'accessList', 'transactions', 'parentHash', '__proto__'],
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(field, tie('value'), { maxKeys: 4 }),
  ),
}))

/** Calls on the counter's address with little gas: they run, and end. */
const call = fc.record(
  { from: hexText, to: hexText, gas: fc.constantFrom('0x5208', '0x186a0'), data: hexText, value: hexText },
  { requiredKeys: ['gas'] },
)

function isAnswer(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('jsonrpc' in answer) || answer.jsonrpc !== '2.0')
    return false
  if ('result' in answer) return true
  return 'error' in answer && typeof (answer.error as { code?: unknown }).code === 'number'
}

describe('any input', () => {
  it('to any method is answered with a result or an error, and shows no defect', async () => {
    const head = node.chain.head.record.hash
    for (const name of Object.keys(methods)) {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(value, call), { maxLength: 4 }), async (params) => {
          expect(isAnswer(await client.ask(name, ...params))).toBe(true)
        }),
        { numRuns: 15 },
      )
    }
    expect(client.defects).toEqual([])
    // What came in through the engine's doors was no block, so the chain is as it was, or at its genesis.
    expect([head, node.chain.genesis.hash]).toContain(node.chain.head.record.hash)
  })

  it('as text is answered', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `[${json}]`),
    )
    await fc.assert(
      fc.asyncProperty(text, async (input) => {
        const answer = await client.send(input)
        const answers = Array.isArray(answer) ? answer : [answer]
        expect(answers.every((one) => one === undefined || isAnswer(one))).toBe(true)
      }),
      { numRuns: 300 },
    )
    expect(client.defects).toEqual([])
  })

  it('as a raw transaction is refused without a defect', async () => {
    const signed = hexToBytes(
      await signTransaction(accounts[1], { nonce: 0, to: accounts[0].address, value: 1n }),
    )
    const damaged = fc
      .tuple(fc.nat({ max: signed.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: signed.length }))
      .map(([position, byte, length]) => {
        const bytes = Uint8Array.from(signed)
        bytes[position] = byte
        return bytes.subarray(0, length)
      })
    const typed = fc
      .tuple(fc.nat({ max: 8 }), fc.uint8Array({ maxLength: 60 }))
      .map(([type, rest]) => [type, ...rest])
    const bytes = fc.oneof(
      damaged,
      typed.map((list) => Uint8Array.from(list)),
      fc.uint8Array({ maxLength: 200 }),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (raw) => {
        const answer = await client.ask('eth_sendRawTransaction', `0x${Buffer.from(raw).toString('hex')}`)
        expect(isAnswer(answer)).toBe(true)
      }),
      { numRuns: 200 },
    )
    expect(client.defects).toEqual([])
  })
})
