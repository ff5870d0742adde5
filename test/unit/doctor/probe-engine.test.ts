import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { probeEngine } from '../../../src/observe/doctor/collect/probe-engine.ts'
import type { SubjectNode } from '../../../src/observe/doctor/subject.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'

const secret = 'ab'.repeat(32)

/** A listener on loopback until the end of the test. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An Engine API as the specification has it, as far as its door. */
function engineWith(own: string): RequestListener {
  return (request, response) => {
    const [, unsigned = '', signature] =
      /^Bearer (.+)\.([^.]+)$/.exec(request.headers.authorization ?? '') ?? []
    const expected = createHmac('sha256', Buffer.from(own, 'hex')).update(unsigned).digest('base64url')
    const { iat } = JSON.parse(Buffer.from(unsigned.split('.')[1] ?? '', 'base64url').toString())
    if (signature !== expected || Math.abs(Date.now() / 1000 - iat) > 60) response.writeHead(401).end('no')
    else response.end('{"jsonrpc":"2.0","id":1,"result":[]}')
  }
}

async function probe(engineUrl: string, content: string) {
  using directory = temporaryDirectory()
  const jwtSecretFile = join(directory.path, 'jwt.hex')
  writeFileSync(jwtSecretFile, content)
  return await probeEngine({ engineUrl, jwtSecretFile } as SubjectNode)
}

describe('the Engine API', () => {
  it.each([secret, `0x${secret}\n`, secret.toUpperCase()])(
    'takes the right secret, written as %j',
    async (content) => {
      expect(await probe(await serve(engineWith(secret)), content)).toMatchObject({ outcome: 'answered' })
    },
  )

  it('refuses a wrong one', async () => {
    const found = await probe(await serve(engineWith(secret)), 'cd'.repeat(32))
    expect(found).toMatchObject({ outcome: 'refused', problem: expect.stringContaining('401') })
  })

  it.each(['', 'abc', 'not hexadecimal'])('is not asked with a file that says %j', async (content) => {
    const found = await probe('http://127.0.0.1:1', content)
    expect(found).toMatchObject({ outcome: 'no-secret', problem: 'it does not hold 32 bytes in hexadecimal' })
  })

  it('cannot be reached where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const found = await probe(`http://127.0.0.1:${port}`, secret)
    expect(found).toMatchObject({ outcome: 'unreachable', problem: expect.stringContaining('ECONNREFUSED') })
  })

  it.each([
    ['an error', (response: Parameters<RequestListener>[1]) => void response.writeHead(500).end()],
    ['something else', (response: Parameters<RequestListener>[1]) => void response.end('{}')],
    ['no JSON', (response: Parameters<RequestListener>[1]) => void response.end('hello')],
  ])('is as good as unreachable when it answers %s', async (_, answer) => {
    const url = await serve((_request, response) => answer(response))
    expect(await probe(url, secret)).toMatchObject({ outcome: 'unreachable' })
  })
})
