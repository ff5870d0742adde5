import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { checkDownloadUrl } from './download-url.ts'
import { DownloadError } from './errors.ts'
import { StallWatch } from './stall-watch.ts'

export interface DownloadLimits {
  /** Size at which the file is given up. @default 512 MiB */
  readonly maxBytes?: number
  /** Time without a byte after which the server is given up. @default 30 s */
  readonly stallTimeoutMs?: number
}

export interface DownloadRequest extends DownloadLimits {
  readonly url: string
  readonly signal?: AbortSignal | undefined
  /** Bytes so far, and in all where the server says so. */
  readonly onBytes?: (receivedBytes: number, totalBytes: number | undefined) => void
}

const defaultMaxBytes = 512 * 1024 * 1024
const defaultStallTimeoutMs = 30_000
const maxRedirects = 5

/**
 * Downloads a file and compares its SHA-256 with the expected one. A file that is not what was expected,
 * or not whole, is deleted again.
 *
 * @throws {DownloadError} when there is no such file, or it is not the one expected.
 * @throws the signal's reason when aborted.
 */
export async function downloadFile(
  request: DownloadRequest & { readonly destination: string; readonly sha256: string },
): Promise<void> {
  const { url, destination, sha256 } = request
  const hash = createHash('sha256')
  try {
    await pipeline(
      hashed(download(request), hash),
      createWriteStream(destination, { flags: 'wx', mode: 0o600 }),
    )
    const received = hash.digest('hex')
    if (received === sha256) return
    throw new DownloadError({
      url,
      failure: 'checksum',
      reason: `its SHA-256 is ${received}, expected ${sha256}`,
      facts: { received, expected: sha256 },
    })
  } catch (error) {
    await rm(destination, { force: true })
    throw error
  }
}

/**
 * Downloads a small text.
 *
 * @throws {DownloadError} when there is none, or it is larger than `maxBytes`.
 */
export async function downloadText(
  request: DownloadRequest & { readonly maxBytes: number },
): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of download(request)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: { update(data: Uint8Array): unknown }) {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

/** The bytes behind a URL. Every failure of the network or the server comes out as a DownloadError. */
async function* download(request: DownloadRequest): AsyncGenerator<Uint8Array> {
  const { url, signal, onBytes, maxBytes = defaultMaxBytes } = request
  using watch = new StallWatch(request.stallTimeoutMs ?? defaultStallTimeoutMs, signal)
  const response = await openResponse(url, watch.signal).catch((error) => {
    throw explain(error, 'unreachable', request, watch)
  })
  const totalBytes = contentLength(response)
  let receivedBytes = totalBytes !== undefined && totalBytes > maxBytes ? totalBytes : 0
  const reader = response.body?.getReader()
  try {
    for (;;) {
      if (receivedBytes > maxBytes)
        throw new DownloadError({ url, failure: 'too-large', reason: `it is larger than ${maxBytes} bytes` })
      const part = await reader?.read().catch((error) => {
        throw explain(error, 'interrupted', request, watch)
      })
      if (!part || part.done) return
      watch.restart()
      receivedBytes += part.value.byteLength
      onBytes?.(receivedBytes, totalBytes)
      yield part.value
    }
  } finally {
    // Also when whoever takes these bytes stops early: the connection must not stay open behind it.
    await reader?.cancel().catch(() => {})
  }
}

const failureReasons = {
  unreachable: 'the server cannot be reached',
  interrupted: 'the connection broke before the end',
} as const

function explain(
  error: unknown,
  failure: keyof typeof failureReasons,
  { url, signal }: DownloadRequest,
  watch: StallWatch,
): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof DownloadError) return error
  if (!watch.isStalled)
    return new DownloadError({ url, failure, reason: failureReasons[failure], cause: innermost(error) })
  return new DownloadError({ url, failure: 'stalled', reason: `no data for ${watch.timeoutMs / 1000} s` })
}

/** Follows redirects itself, since `fetch` would also follow one from https to http. */
async function openResponse(url: string, signal: AbortSignal): Promise<Response> {
  let current = checkDownloadUrl(url)
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const response = await fetch(current, {
      redirect: 'manual',
      signal,
      // Compression on the way would make Content-Length say nothing about what arrives.
      headers: { 'accept-encoding': 'identity' },
    })
    if (response.status === 200) return response
    await response.body?.cancel()
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
    if (location === null)
      throw new DownloadError({
        url,
        failure: 'status',
        reason: `the server answers ${response.status} ${response.statusText}`.trim(),
        facts: { status: response.status },
      })
    current = checkDownloadUrl(location, current)
  }
  throw new DownloadError({ url, failure: 'redirect', reason: `more than ${maxRedirects} redirects` })
}

function contentLength(response: Response): number | undefined {
  const header = response.headers.get('content-length')
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined
}

/** `fetch` says "fetch failed"; what failed is in its cause. */
function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error
}
