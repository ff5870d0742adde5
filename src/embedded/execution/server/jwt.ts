import { webcrypto } from 'node:crypto'
import { verify } from 'hono/jwt'

/** How far the time of issue may be from now (execution-apis `src/engine/authentication.md`). */
const issuedAtToleranceSeconds = 60

/** Checks the bearer token of an Authorization header against a secret. Resolves to false for a bad one. */
export type TokenCheck = (authorization: string | undefined) => Promise<boolean>

/**
 * @param secret 32 bytes, shared with the consensus client.
 * @param now time in milliseconds.
 */
export async function tokenCheck(secret: Uint8Array<ArrayBuffer>, now: () => number): Promise<TokenCheck> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await webcrypto.subtle.importKey('raw', secret, algorithm, false, ['verify'])
  return async (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
    if (token === undefined) return false
    try {
      // The library's own check of the time knows no tolerance.
      const { iat } = await verify(token, key, { alg: 'HS256', iat: false, exp: false, nbf: false })
      return typeof iat === 'number' && Math.abs(now() / 1000 - iat) <= issuedAtToleranceSeconds
    } catch {
      return false
    }
  }
}
