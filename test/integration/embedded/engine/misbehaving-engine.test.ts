import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EngineUnavailableError } from '../../../../src/embedded/engine/errors.ts'
import { HttpEngine } from '../../../../src/embedded/engine/http-engine.ts'
import type { Fork } from '../../../../src/embedded/protocol/signed-block.ts'

const electra = 'electra' as Fork
const fulu = 'fulu' as Fork
const zero = `0x${'00'.repeat(32)}`
const state = { headBlockHash: zero, safeBlockHash: zero, finalizedBlockHash: zero }

/** An engine that asks a server which answers as it likes. */
async function engineAsking(answer: RequestListener, timeoutMs = 5_000) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return new HttpEngine({
    url: `http://127.0.0.1:${port}`,
    jwtSecret: new Uint8Array(32),
    wallClock: () => 0,
    timeoutMs,
    answerBytesMax: 1024 * 1024,
  })
}

function answering(text: string, status = 200): RequestListener {
  return (_request, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(text)
}

const result = (value: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, result: value })
const hash = `0x${'ab'.repeat(32)}`
const payload = {
  ...Object.fromEntries(
    ['parentHash', 'stateRoot', 'receiptsRoot', 'prevRandao', 'blockHash'].map((name) => [name, hash]),
  ),
  ...Object.fromEntries(
    ['blockNumber', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'blobGasUsed', 'excessBlobGas'].map(
      (name) => [name, '0x1'],
    ),
  ),
  feeRecipient: `0x${'fe'.repeat(20)}`,
  logsBloom: `0x${'00'.repeat(256)}`,
  extraData: '0x',
  transactions: ['0x01'],
  withdrawals: [],
}
const bundle = { commitments: [], proofs: [], blobs: [] }
const built = {
  executionPayload: payload,
  blockValue: '0x1',
  blobsBundle: bundle,
  shouldOverrideBuilder: false,
}
const point = `0x${'00'.repeat(48)}`

test('the answer that the bad ones are made of is good', async () => {
  const engine = await engineAsking(answering(result(built)))
  expect(await engine.getPayload('0x00', electra)).toMatchObject({
    executionPayload: { blockNumber: 1, transactions: [Uint8Array.of(1)] },
    blockValueWei: 1n,
    executionRequests: [],
  })
})

describe('a server that misbehaves', () => {
  test.each<[string, RequestListener, EngineUnavailableError['reason'], RegExp]>([
    ['answers 401', answering('token is expired', 401), 'unauthorized', /401, token is expired/],
    ['answers 403', answering('', 403), 'unauthorized', /403/],
    ['answers 500', answering('boom', 500), 'malformed', /500, boom/],
    ['sends text', answering('<html>hello</html>'), 'malformed', /not JSON-RPC: <html>/],
    ['sends nothing', answering(''), 'malformed', /not JSON-RPC/],
    ['sends half of an answer', answering(result(built).slice(0, 200)), 'malformed', /not JSON-RPC/],
    ['sends a list', answering('[]'), 'malformed', /not JSON-RPC/],
    ['sends no result', answering('{"jsonrpc":"2.0","id":1}'), 'malformed', /not JSON-RPC/],
    [
      'answers with an error',
      answering('{"error":{"code":-38001,"message":"gone"}}'),
      'refused',
      /gone \(-38001\)/,
    ],
    [
      'sends too much',
      answering(result('x'.repeat(2 * 1024 * 1024))),
      'malformed',
      /longer than 1048576 bytes/,
    ],
    [
      'sends elsewhere',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'unreachable',
      /redirect/,
    ],
    ['hangs up', (request) => request.socket.destroy(), 'unreachable', /http:\/\/127/],
    [
      'hangs up half-way',
      (request, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{"result":')
        setImmediate(() => request.socket.destroy())
      },
      'unreachable',
      /http:\/\/127/,
    ],
  ])('%s', async (_, listener, reason, message) => {
    const engine = await engineAsking(listener)
    const error = await engine.getPayload('0x0000000000000000', electra).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(EngineUnavailableError)
    expect(error).toMatchObject({ reason, message: expect.stringMatching(message) })
  })

  test.each<[string, RequestListener]>([
    ['never answers', () => {}],
    ['stalls after the head', (_, response) => void response.writeHead(200).flushHeaders()],
    ['stalls half-way', (_, response) => void response.writeHead(200).write('{"result":')],
  ])('%s', async (_, listener) => {
    const engine = await engineAsking(listener, 100)
    await expect(engine.notifyForkchoiceUpdated(state)).rejects.toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(/no answer in 100 ms/),
    })
  })

  test('is not there', async () => {
    const engine = new HttpEngine({
      url: 'http://127.0.0.1:1',
      jwtSecret: new Uint8Array(32),
      wallClock: () => 0,
    })
    await expect(engine.notifyForkchoiceUpdated(state)).rejects.toMatchObject({ reason: 'unreachable' })
  })
})

describe('an answer of the wrong shape', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['no payload', { ...built, executionPayload: undefined }],
    ['a hash too short', { ...built, executionPayload: { ...payload, blockHash: '0xab' } }],
    ['a number too large', { ...built, executionPayload: { ...payload, gasLimit: '0xffffffffffffffff' } }],
    ['a number that is none', { ...built, executionPayload: { ...payload, gasUsed: -1 } }],
    ['a transaction with half a byte', { ...built, executionPayload: { ...payload, transactions: ['0x0'] } }],
    ['a value that is none', { ...built, blockValue: 'much' }],
    [
      'a blob without a proof',
      { ...built, blobsBundle: { ...bundle, commitments: [point], blobs: [`0x${'00'.repeat(131_072)}`] } },
    ],
    ['a proof without a blob', { ...built, blobsBundle: { ...bundle, proofs: [point] } }],
    [
      'a blob too short',
      { ...built, blobsBundle: { commitments: [point], proofs: [point], blobs: ['0x00'] } },
    ],
    ['an empty request', { ...built, executionRequests: ['0x01'] }],
  ])('of getPayload: %s', async (_, value) => {
    const engine = await engineAsking(answering(result(value)))
    await expect(engine.getPayload('0x0000000000000000', electra)).rejects.toMatchObject({
      reason: 'malformed',
    })
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['another word', { payloadStatus: { status: 'MAYBE' }, payloadId: null }],
    ['a hash that is none', { payloadStatus: { status: 'VALID', latestValidHash: 'x' } }],
    ['a payload id that is none', { payloadStatus: { status: 'VALID' }, payloadId: '0x1' }],
  ])('of forkchoiceUpdated: %s', async (_, value) => {
    const engine = await engineAsking(answering(result(value)))
    await expect(engine.notifyForkchoiceUpdated(state)).rejects.toMatchObject({ reason: 'malformed' })
  })

  test('of Fulu: a blob with one proof in place of one of each cell', async () => {
    const blobs = [`0x${'00'.repeat(131_072)}`]
    const value = { ...built, blobsBundle: { commitments: [point], proofs: [point], blobs } }
    const engine = await engineAsking(answering(result(value)))
    await expect(engine.getPayload('0x0000000000000000', fulu)).rejects.toMatchObject({
      reason: 'malformed',
    })
    expect((await engine.getPayload('0x0000000000000000', electra)).blobsBundle.blobs).toHaveLength(1)
  })
})
