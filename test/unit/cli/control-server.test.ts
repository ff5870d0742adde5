import { existsSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ControlClient } from '../../../src/control/control-client.ts'
import { type ControlFile, readControlFile, writeControlFile } from '../../../src/control/control-file.ts'
import { ControlServer } from '../../../src/control/control-server.ts'
import { ControlUnreachableError } from '../../../src/control/errors.ts'
import { nodeActions } from '../../../src/control/protocol.ts'
import { RemoteError } from '../../../src/control/wire-error.ts'
import { StateError } from '../../../src/network/errors.ts'
import { OptionError } from '../../../src/plan/option-error.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'
import { FakeNetwork, fakeNode } from './fake-network.ts'

let directory: string
let fakeNetwork: FakeNetwork
let server: ControlServer
let file: ControlFile
let client: ControlClient
let defects: unknown[]

beforeEach(async () => {
  const temporary = temporaryDirectory()
  directory = temporary.path
  fakeNetwork = new FakeNetwork()
  defects = []
  server = await ControlServer.open({
    target: fakeNetwork,
    name: 'fake',
    directory,
    onDefect: (error) => defects.push(error),
  })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    temporary[Symbol.dispose]()
  })
  file = (await readControlFile(directory)) as ControlFile
  client = new ControlClient(file)
})

interface RawRequest {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** A request with any headers, also those that fetch sets itself. */
function ask({ method = 'GET', path = '/api/summary', headers = {}, body }: RawRequest) {
  const options = { method, path, headers: { authorization: `Bearer ${file.token}`, ...headers } }
  return new Promise<{ status: number | undefined; headers: unknown; body: { error?: { code: string } } }>(
    (resolve, reject) => {
      const outgoing = request(`${file.url}${path}`, options, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) }),
        )
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    },
  )
}

describe('the file', () => {
  test('is for its owner only, and says how to ask this process', () => {
    expect(statSync(join(directory, 'control.json')).mode & 0o777).toBe(0o600)
    expect(file).toMatchObject({ name: 'fake', pid: process.pid, url: server.url })
    expect(file.token).toMatch(/^[0-9a-f]{64}$/)
  })

  test('is gone after the end, and nobody listens', async () => {
    await server[Symbol.asyncDispose]()
    expect(existsSync(join(directory, 'control.json'))).toBe(false)
    await expect(client.summary()).rejects.toBeInstanceOf(ControlUnreachableError)
  })

  test('of whoever has the directory since then stays', async () => {
    const other = { ...file, token: 'f'.repeat(64) }
    await writeControlFile(directory, other)
    await server[Symbol.asyncDispose]()
    expect(await readControlFile(directory)).toEqual(other)
  })

  test.each([
    ['another host', { url: 'http://example.org:80' }],
    ['a host that only begins like ours', { url: 'http://127.0.0.1:80@example.org' }],
    ['a short token', { token: 'abc' }],
    ['no process', { pid: 0 }],
  ])('with %s is not used', async (_what, change) => {
    await writeControlFile(directory, { ...file, ...change })
    expect(await readControlFile(directory)).toBeUndefined()
  })
})

describe('a request is refused', () => {
  test.each<[string, RawRequest, number, string]>([
    ['without a token', { headers: { authorization: '' } }, 401, 'token-wrong'],
    ['with a wrong token', { headers: { authorization: `Bearer ${'0'.repeat(64)}` } }, 401, 'token-wrong'],
    ['with a longer token', { headers: { authorization: `Bearer ${'0'.repeat(65)}` } }, 401, 'token-wrong'],
    ['for another host', { headers: { host: 'example.org' } }, 403, 'host-forbidden'],
    ['for another port', { headers: { host: '127.0.0.1:1' } }, 403, 'host-forbidden'],
    [
      'without a token, whatever it asks for',
      { path: '/x', headers: { authorization: '' } },
      401,
      'token-wrong',
    ],
    ['of a page that asks first', { method: 'OPTIONS', headers: { authorization: '' } }, 401, 'token-wrong'],
    ['for nothing that there is', { path: '/api/nothing' }, 404, 'no-route'],
    ['by another method', { method: 'GET', path: '/api/stop' }, 404, 'no-route'],
    [
      'for an action that there is not',
      { method: 'POST', path: '/api/nodes/node-0/explode' },
      404,
      'action-unknown',
    ],
    ['for a node that there is not', { method: 'POST', path: '/api/nodes/node-9/stop' }, 404, 'unknown-node'],
    ['with a body that is not JSON', { method: 'POST', path: '/api/nodes', body: '{' }, 400, 'body-invalid'],
    [
      'with an unknown option',
      { method: 'POST', path: '/api/nodes', body: '{"nome":"x"}' },
      400,
      'option-unknown',
    ],
    ['with a list of options', { method: 'POST', path: '/api/nodes', body: '[]' }, 400, 'option-invalid'],
    [
      'with a body without end',
      { method: 'POST', path: '/api/nodes', body: ' '.repeat(64 * 1024 + 1) },
      413,
      'body-too-large',
    ],
    [
      'with a body without end or length',
      {
        method: 'POST',
        path: '/api/nodes',
        headers: { 'transfer-encoding': 'chunked' },
        body: ' '.repeat(64 * 1024 + 1),
      },
      413,
      'body-too-large',
    ],
  ])('%s', async (_what, raw, status, code) => {
    const answer = await ask(raw)
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    expect(fakeNetwork.asked).toEqual([])
  })

  test('but not for localhost by name', async () => {
    const { port } = new URL(file.url)
    expect(await ask({ headers: { host: `localhost:${port}` } })).toMatchObject({ status: 200 })
  })
})

describe('the client gets', () => {
  test('the summary', async () => {
    expect(await client.summary()).toEqual(fakeNetwork.summary())
  })

  test('the status', async () => {
    expect(await client.status()).toEqual(await fakeNetwork.status())
  })

  test.each(nodeActions)('%s done', async (action) => {
    expect(await client.act('node-0', action)).toMatchObject({ name: 'node-0' })
    expect(fakeNetwork.asked).toEqual([{ node: 'node-0', action }])
  })

  test('a node added', async () => {
    const options = { name: 'late', peers: ['node-0'] }
    expect(await client.addNode(options)).toEqual(fakeNode('late'))
    expect(await client.addNode({})).toEqual(fakeNode('node-1'))
    expect(fakeNetwork.asked).toEqual([{ add: options }, { add: {} }])
  })

  test.each(['node-0', 'a/b?c#d é'])('%j removed', async (name) => {
    await client.removeNode(name)
    expect(fakeNetwork.asked).toEqual([{ remove: name }])
  })

  test('the network stopped', async () => {
    await client.stop()
    expect(fakeNetwork.asked).toEqual(['stop'])
  })
})

describe('an error over there', () => {
  async function failureOf(attempt: Promise<unknown>): Promise<RemoteError> {
    const error = await attempt.catch((thrown: unknown) => thrown)
    if (error instanceof RemoteError) return error
    throw new Error('expected a RemoteError', { cause: error })
  }

  test.each([
    ['of the state', new StateError('It is paused.', 'Resume it.'), 409],
    ['of an option', new OptionError({ field: 'name', given: 'X', allowed: 'a-z' }), 400],
  ])('%s comes out as it was', async (_what, error, status) => {
    fakeNetwork.failure = error
    const { code, category, shortMessage, metaMessages, facts } = error
    const here = await failureOf(client.act('node-0', 'pause'))
    expect(here).toMatchObject({ code, category, shortMessage, metaMessages, message: error.message })
    expect(here.facts).toEqual(JSON.parse(JSON.stringify(facts)))
    expect(await ask({ method: 'POST', path: '/api/nodes/node-0/pause' })).toMatchObject({ status })
    expect(defects).toEqual([])
  })

  test('that is a defect tells its message here and its stack there', async () => {
    const defect = new TypeError('x is undefined')
    fakeNetwork.failure = defect
    const here = await failureOf(client.status())
    expect(here).toMatchObject({ code: 'internal', category: 'runtime' })
    expect(here.message).toContain('x is undefined')
    expect(JSON.stringify(await ask({ path: '/api/status' }))).not.toContain('fake-network')
    expect(defects).toEqual([defect, defect])
  })
})

test('an answer that makes no sense is no answer', async () => {
  fakeNetwork.summary = () => ({ name: 7 }) as never
  await expect(client.summary()).rejects.toMatchObject({
    code: 'control-unreachable',
    facts: { network: 'fake', pid: process.pid },
  })
})

test('the file on disk is the one that is read', async () => {
  expect(JSON.parse(readFileSync(join(directory, 'control.json'), 'utf8'))).toEqual(file)
})
