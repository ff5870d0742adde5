import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type DownloadRequest, downloadFile, downloadText } from '../../../src/processes/binaries/download.ts'
import { DownloadError, type DownloadFailure } from '../../../src/processes/binaries/errors.ts'
import { type Answer, sha256, startReleaseSite } from './release-site.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const content = Buffer.alloc(300_000, 'localnet')

async function serve(answers: Record<string, Answer>) {
  const site = await startReleaseSite(answers)
  const directory = temporaryDirectory()
  onTestFinished(async () => {
    directory[Symbol.dispose]()
    await site[Symbol.asyncDispose]()
  })
  return { site, destination: join(directory.path, 'tool') }
}

/** Downloads `/tool`, expecting that it fails in this way and leaves no file. */
async function expectFailure(
  failure: DownloadFailure,
  answers: Record<string, Answer>,
  options: Partial<DownloadRequest> = {},
): Promise<DownloadError> {
  const { site, destination } = await serve(answers)
  const url = `${site.url}/tool`
  const outcome = await downloadFile({ url, destination, sha256: sha256(content), ...options }).catch(
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(DownloadError)
  expect(outcome).toMatchObject({ failure, code: 'download-failed', facts: { failure } })
  expect(existsSync(destination)).toBe(false)
  return outcome as DownloadError
}

describe('downloadFile', () => {
  it('writes the file and counts its bytes', async () => {
    const { site, destination } = await serve({ tool: content })
    const counted: [number, number | undefined][] = []
    await downloadFile({
      url: `${site.url}/tool`,
      destination,
      sha256: sha256(content),
      onBytes: (received, total) => counted.push([received, total]),
    })
    expect(readFileSync(destination).equals(content)).toBe(true)
    expect(counted.at(-1)).toEqual([content.length, content.length])
  })

  it('accepts a file whose length the server does not tell', async () => {
    const { site, destination } = await serve({
      tool: (response) => {
        response.write(content.subarray(0, 10))
        response.end(content.subarray(10))
      },
    })
    await downloadFile({ url: `${site.url}/tool`, destination, sha256: sha256(content) })
    expect(readFileSync(destination).equals(content)).toBe(true)
  })

  it('follows redirects', async () => {
    const { site, destination } = await serve({
      tool: (response) => response.writeHead(302, { location: '/mirror/tool' }).end(),
      'mirror/tool': content,
    })
    await downloadFile({ url: `${site.url}/tool`, destination, sha256: sha256(content) })
    expect(site.requests).toEqual(['tool', 'mirror/tool'])
    expect(readFileSync(destination).equals(content)).toBe(true)
  })

  it('refuses a file with one byte changed', async () => {
    const corrupt = Buffer.from(content)
    corrupt.writeUInt8(0, 200_000)
    const error = await expectFailure('checksum', { tool: corrupt })
    expect(error.facts).toMatchObject({ received: sha256(corrupt), expected: sha256(content) })
  })

  it('refuses a file that ends early without the server noticing', async () => {
    await expectFailure('checksum', { tool: content.subarray(0, 1_000) })
  })

  it('refuses a file whose connection breaks before its announced end', async () => {
    await expectFailure('interrupted', {
      tool: (response) => {
        response.writeHead(200, { 'content-length': content.length })
        response.write(content.subarray(0, 1_000), () => response.destroy())
      },
    })
  })

  it.each([404, 403, 500, 206])('refuses status %d and tells it', async (status) => {
    const error = await expectFailure('status', { tool: (response) => response.writeHead(status).end() })
    expect(error.facts).toMatchObject({ status })
    expect(error.message).toContain(String(status))
  })

  it('gives up a server that stops sending', async () => {
    await expectFailure(
      'stalled',
      {
        tool: (response) => {
          response.writeHead(200, { 'content-length': content.length })
          response.write(content.subarray(0, 1_000))
        },
      },
      { stallTimeoutMs: 50 },
    )
  })

  it('gives up a server that never answers', async () => {
    await expectFailure('stalled', { tool: () => {} }, { stallTimeoutMs: 50 })
  })

  it('does not take a file that announces more than the limit', async () => {
    await expectFailure('too-large', { tool: content }, { maxBytes: content.length - 1 })
  })

  it('stops at the limit when the server does not announce the length', async () => {
    const endless: Answer = (response) => {
      const more = () => void response.write(content, (error) => error ?? more())
      more()
    }
    await expectFailure('too-large', { tool: endless }, { maxBytes: 2 * content.length })
  })

  it('does not follow a redirect to plain http elsewhere', async () => {
    const error = await expectFailure('redirect', {
      tool: (response) => response.writeHead(302, { location: 'http://192.0.2.1/tool' }).end(),
    })
    expect(error.message).toContain('http://192.0.2.1/tool')
  })

  it('does not go round in circles', async () => {
    await expectFailure('redirect', {
      tool: (response) => response.writeHead(302, { location: '/tool' }).end(),
    })
  })

  it('tells what keeps it from reaching the server', async () => {
    const site = await startReleaseSite()
    await site[Symbol.asyncDispose]()
    const { destination } = await serve({})
    const request = { url: `${site.url}/tool`, destination, sha256: sha256(content) }
    await expect(downloadFile(request)).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('asks nothing of a URL that is not secure', async () => {
    const { destination } = await serve({})
    const request = { url: 'http://example.invalid/tool', destination, sha256: sha256(content) }
    await expect(downloadFile(request)).rejects.toMatchObject({ failure: 'insecure-url' })
  })

  it('ends with the reason of the signal when aborted, and keeps nothing', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const { site, destination } = await serve({
      tool: (response) => {
        response.writeHead(200, { 'content-length': content.length })
        response.write(content.subarray(0, 1_000))
      },
    })
    const download = downloadFile({
      url: `${site.url}/tool`,
      destination,
      sha256: sha256(content),
      signal: abort.signal,
      onBytes: () => abort.abort(reason),
    })
    await expect(download).rejects.toBe(reason)
    expect(existsSync(destination)).toBe(false)
  })
})

describe('downloadText', () => {
  it('returns the text', async () => {
    const { site } = await serve({ 'tool.sha256': 'täxt' })
    expect(await downloadText({ url: `${site.url}/tool.sha256`, maxBytes: 10 })).toBe('täxt')
  })

  it('refuses more than it was told to expect', async () => {
    const { site } = await serve({ 'tool.sha256': 'text' })
    await expect(downloadText({ url: `${site.url}/tool.sha256`, maxBytes: 3 })).rejects.toMatchObject({
      failure: 'too-large',
    })
  })
})
