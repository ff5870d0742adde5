import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import { testManifest } from '../support/test-manifest.ts'
import type { ApiNetwork } from './support/api-network.ts'
import type { ApiRequest } from './support/requests.ts'
import { operations, type StandardOperation } from './support/standard.ts'

const manifest = testManifest({
  nodes: 2,
  validators: { count: 16 },
  time: 'virtual',
  forks: { electra: 0, fulu: 1 },
})
activatePreset(manifest.chain)
const { openNetwork } = await import('./support/api-network.ts')
const { collectMessages, goodRequests } = await import('./support/requests.ts')

let net: ApiNetwork
let requests: Record<string, ApiRequest>

beforeAll(async () => {
  net = await openNetwork(manifest)
  for (const node of net.nodes) node.start()
  const messages = collectMessages(net)
  await net.advanceTo(25, 9000)
  requests = goodRequests(net, messages, manifest)
}, 60_000)

const numbers = fc.oneof(
  fc.nat(40).map(String),
  fc.constantFrom('-1', '1.5', '1e3', '9007199254740992', '18446744073709551615', '18446744073709551616', ''),
)
const hexadecimal = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((value) => `0x${Buffer.from(value).toString('hex')}`),
  fc
    .constantFrom(32, 48, 96)
    .chain((length) =>
      fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((value) => `0x${Buffer.from(value).toString('hex')}`),
    ),
)
const ids = fc.constantFrom(
  'head',
  'genesis',
  'finalized',
  'justified',
  '..',
  '%',
  '%00',
  'constructor',
  '__proto__',
)
const words = fc.oneof(ids, numbers, hexadecimal, fc.string({ maxLength: 20 }).map(encodeURIComponent))

const queryNames = [
  'id',
  'status',
  'epoch',
  'slot',
  'index',
  'committee_index',
  'subcommittee_index',
  'parent_root',
  'beacon_block_root',
  'attestation_data_root',
  'randao_reveal',
  'graffiti',
  'fee_recipient',
  'skip_randao_verification',
  'builder_boost_factor',
  'strict_fee_recipient_check',
  'syncing_status',
  'broadcast_validation',
  'indices',
  'versioned_hashes',
  'state',
  'direction',
]
const query = fc
  .array(fc.tuple(fc.constantFrom(...queryNames), words), { maxLength: 5 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'))

const headers = fc.record(
  {
    accept: fc.constantFrom(
      'application/json',
      'application/octet-stream',
      '*/*',
      'text/html',
      ';q=,',
      'a/b;q=x',
    ),
    'content-type': fc.constantFrom('application/json', 'application/octet-stream', 'text/plain', ''),
    'eth-consensus-version': fc.constantFrom(
      'deneb',
      'electra',
      'fulu',
      'gloas',
      'phase0',
      'constructor',
      '',
    ),
  },
  { requiredKeys: [] },
)

const bodies = fc.oneof(
  fc.json(),
  fc.string(),
  fc.array(fc.oneof(numbers, hexadecimal)).map((list) => JSON.stringify(list)),
  fc.uint8Array({ maxLength: 600 }),
  fc.constantFrom('[['.repeat(5000), '[{}]', '[null]', 'null', '{"ids":{"length":1e9}}', '{"__proto__":{}}'),
)

async function ask(path: string, init: RequestInit): Promise<void> {
  const answer = await net.api.request(path, init)
  if (answer.headers.get('content-type') === 'text/event-stream') await answer.body?.cancel()
  else await answer.arrayBuffer()
  // Those by which the standard says that it cannot be done, or not now.
  if (answer.status !== 501 && answer.status !== 503) expect(answer.status).toBeLessThan(500)
}

async function healthAfterwards(): Promise<void> {
  expect(net.defects).toEqual([])
  const answer = await net.api.request('/eth/v1/beacon/headers/head')
  expect(answer.status).toBe(200)
}

describe('random parameters, headers and bodies bring no operation down', () => {
  const tried = operations.filter(({ operationId }) => operationId !== 'getStateV2')
  test.each(tried)('$method $path', async ({ path, method }) => {
    const names = path.match(/\{\w+\}/g) ?? []
    const variables = fc.tuple(...names.map(() => words))
    await fc.assert(
      fc.asyncProperty(variables, query, headers, bodies, async (values, search, someHeaders, body) => {
        const filled = names.reduce((text, name, index) => text.replace(name, values[index] ?? ''), path)
        const init = method === 'GET' ? {} : { body: body }
        await ask(`${filled}?${search}`, { method, headers: someHeaders as Record<string, string>, ...init })
      }),
      { numRuns: 40 },
    )
    await healthAfterwards()
  })
})

/** A JSON value with one of its leaves, members or items changed. */
function mutated(body: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(body, [])
  return fc
    .tuple(fc.constantFrom(...places), fc.oneof(words, fc.constantFrom(null, 0, -1, true, [], {}, undefined)))
    .map(([place, value]) => withValueAt(body, place, value))
}

type Place = readonly (string | number)[]

function placesIn(value: unknown, place: Place): Place[] {
  if (typeof value !== 'object' || value === null) return [place]
  return [place, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...place, key]))]
}

function withValueAt(whole: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value
  const copy = structuredClone(whole) as Record<string | number, unknown>
  copy[key] = withValueAt(copy[key], rest, value)
  return copy
}

describe('good bodies with one thing changed bring no operation down', () => {
  const posts = operations.filter(
    ({ method, operationId }) =>
      method === 'POST' && !operationId.includes('Selections') && operationId !== 'publishBlindedBlockV2',
  )
  test.each(posts)('$path', async ({ operationId }: StandardOperation) => {
    const { path, body } = requests[operationId] ?? {}
    const versions = fc.constantFrom('deneb', 'electra', 'fulu')
    await fc.assert(
      fc.asyncProperty(mutated(body), versions, async (changed, version) => {
        const headers = { 'content-type': 'application/json', 'eth-consensus-version': version }
        const text = JSON.stringify(changed)
        await ask(path ?? '', { method: 'POST', headers, ...(text === undefined ? {} : { body: text }) })
      }),
      { numRuns: 80 },
    )
    await healthAfterwards()
  })
})

test('the chain goes on as if nothing had been', async () => {
  await net.advanceTo(28, 9000)
  const roots = net.nodes.map(({ chain }) => chain.head.root)
  expect(new Set(roots).size).toBe(1)
  expect(net.node.chain.head.slot).toBeGreaterThan(25)
  expect(net.defects).toEqual([])
})
