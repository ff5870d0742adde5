import { ControlRequestError } from './errors.ts'

const maxBytes = 64 * 1024

/**
 * The body of a request as JSON; an empty one is `{}`. It is read no further than it is allowed to be long,
 * whatever its headers say. (Hono's body limit makes a second Request of the first, which Node's own class
 * refuses for the server's.)
 *
 * @throws {ControlRequestError}
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const text = await readText(request)
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new ControlRequestError(400, 'body-invalid', 'The body is not JSON.', 'Send a JSON object.')
  }
}

async function readText({ body }: Request): Promise<string> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBytes) {
      const problem = `The body is larger than ${maxBytes} bytes.`
      throw new ControlRequestError(413, 'body-too-large', problem, 'Send less.')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
