import { createHmac } from 'node:crypto'

const header = encode({ alg: 'HS256', typ: 'JWT' })

/**
 * A token that lets one request into an Engine API (execution-apis `src/engine/authentication.md`).
 * @param secret 32 bytes, shared with the execution client
 * @param nowMs Unix time: servers refuse a token issued more than 60 seconds from their own time
 */
export function engineToken(secret: Uint8Array, nowMs: number): string {
  const claims = encode({ iat: Math.floor(nowMs / 1000) })
  const signature = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url')
  return `${header}.${claims}.${signature}`
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
