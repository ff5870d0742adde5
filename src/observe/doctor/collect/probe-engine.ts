import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ApiError, fetchJson } from '../../../apis/http-json.ts'
import type { EngineEvidence } from '../evidence.ts'
import type { SubjectNode } from '../subject.ts'
import { ask, probeTimeoutMs } from './bounded.ts'

const rpcAnswerSchema = z.object({ jsonrpc: z.literal('2.0') })

/**
 * Asks the Engine API for its capabilities, which changes nothing, with the secret in the node's file: whether
 * it is there, and whether it takes the secret.
 */
export async function probeEngine(
  { engineUrl: url, jwtSecretFile }: SubjectNode,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<EngineEvidence> {
  const found = { url, secretFile: jwtSecretFile }
  const secret = await readSecret(jwtSecretFile)
  if (secret.problem !== undefined) return { ...found, outcome: 'no-secret', problem: secret.problem }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'engine_exchangeCapabilities', params: [[]] })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${engineToken(secret.value)}` }
  try {
    const options = { signal, timeoutMs: probeTimeoutMs }
    const answer = await fetchJson(url, { method: 'POST', headers, body }, options)
    if (rpcAnswerSchema.safeParse(answer).success) return { ...found, outcome: 'answered' }
    return { ...found, outcome: 'unreachable', problem: 'what answers there is no JSON-RPC' }
  } catch (error) {
    signal?.throwIfAborted()
    const { status, shortMessage } = error as ApiError
    const isRefused = error instanceof ApiError && (status === 401 || status === 403)
    return { ...found, outcome: isRefused ? 'refused' : 'unreachable', problem: shortMessage }
  }
}

async function readSecret(path: string) {
  return ask(async () => {
    const text = (await readFile(path, 'utf8')).trim().replace(/^0x/, '')
    if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error('it does not hold 32 bytes in hexadecimal')
    return Buffer.from(text, 'hex')
  })
}

/**
 * A JSON Web Token by HS256, issued now by the wall clock (execution-apis `src/engine/authentication.md`).
 *
 * @param secret - 32 bytes
 */
function engineToken(secret: Buffer): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const unsigned = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode({ iat: Math.floor(Date.now() / 1000) })}`
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
}
