import { beforeAll, describe, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { ApiNetwork } from './support/api-network.ts'
import type { ApiRequest } from './support/requests.ts'
import { operations, type StandardOperation, violations } from './support/standard.ts'
import { readJson } from './support/test-api.ts'

// A fork on the way: what is older is described by its own fork's schemas, and comes out of the store.
const manifest = testManifest({
  nodes: 2,
  validators: { count: 16 },
  time: 'virtual',
  forks: { electra: 0, fulu: 2 },
})
activatePreset(manifest.chain)
const { openNetwork } = await import('./support/api-network.ts')
const { collectMessages, goodRequests } = await import('./support/requests.ts')
const { decodeSsz } = await import('./support/decode-ssz.ts')

/** Operations that an embedded node does not serve, and why. */
const leftOut: Record<string, string> = {
  publishBlindedBlockV2: 'there is no block builder whose blinded block could come back signed',
  getLightClientBootstrap: 'light clients are not served',
  getLightClientUpdatesByRange: 'light clients are not served',
  getLightClientFinalityUpdate: 'light clients are not served',
  getLightClientOptimisticUpdate: 'light clients are not served',
}

/** Operations that are served, and are tested elsewhere. */
const testedElsewhere: Record<string, string> = {
  eventstream: 'it has no end: events.test.ts',
  produceBlockV3: 'it wants the proposer of the present slot: validator-flow.test.ts',
  submitBeaconCommitteeSelections: 'answered with 501, as the standard has it: answers.test.ts',
  submitSyncCommitteeSelections: 'answered with 501, as the standard has it: answers.test.ts',
}

let net: ApiNetwork
let requests: Record<string, ApiRequest>

beforeAll(async () => {
  net = await openNetwork(manifest)
  for (const node of net.nodes) node.start()
  const messages = collectMessages(net)
  // Finality, and within a slot the moment when all its messages are there.
  await net.advanceTo(35, 9000)
  requests = goodRequests(net, messages, manifest)
}, 60_000)

const served = operations.filter(
  ({ operationId }) => !(operationId in leftOut) && !(operationId in testedElsewhere),
)

function ask(operation: StandardOperation, accept: string): Response | Promise<Response> {
  const request = requests[operation.operationId]
  if (request === undefined) throw new Error(`There is no request for ${operation.operationId}.`)
  const { path, body } = request
  const headers = { accept, 'content-type': 'application/json', 'eth-consensus-version': 'fulu' }
  const payload = body === undefined ? {} : { body: JSON.stringify(body) }
  return net.api.request(path, { method: operation.method, headers, ...payload })
}

describe('as JSON, by the schemas of the standard', () => {
  test.each(served)('$method $path', async (operation) => {
    const answer = await ask(operation, 'application/json')
    const text = await answer.text()
    expect({ status: answer.status, text: answer.ok ? '' : text }).toEqual({ status: 200, text: '' })
    if (operation.schema === undefined) expect(text).toBe('')
    else expect(violations(operation.schema, JSON.parse(text))).toBeUndefined()
    expect(net.defects).toEqual([])
  })
})

describe('as SSZ the same as JSON', () => {
  test.each(served.filter(({ hasSsz }) => hasSsz))('$method $path', async (operation) => {
    const { body: json } = await readJson(await ask(operation, 'application/json'))
    const answer = await ask(operation, 'application/octet-stream;q=1,application/json;q=0.9')
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect(decodeSsz(net.config, operation.operationId, bytes, json)).toEqual(json.data)
  })
})

test.each(operations.filter(({ operationId }) => operationId in leftOut))(
  '$method $path is left out',
  async ({ method, path }) => {
    const answer = await net.api.request(path.replaceAll(/\{\w+\}/g, '0'), { method })
    expect(answer.status).toBe(404)
  },
)

test('every operation is served or named as left out', () => {
  const known = [...Object.keys(leftOut), ...Object.keys(testedElsewhere), ...Object.keys(requests)]
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(known.sort())
})
