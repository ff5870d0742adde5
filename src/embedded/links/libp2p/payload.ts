import type { ResponseChunk, ResponseCode } from '../wire.ts'
import type { Reading } from './byte-parser.ts'
import { WireFaultError } from './errors.ts'
import type { ProtocolRules } from './protocol-rules.ts'
import { encodeFrames, readFrames } from './snappy-frames.ts'

/** `<result>` of phase0/p2p-interface.md, "Responding side", by its byte. */
const responseCodes: readonly ResponseCode[] = [
  'success',
  'invalid-request',
  'server-error',
  'resource-unavailable',
]

/** `ErrorMessage`: at most so many bytes. */
const errorMessageBytesMax = 256

/** Of an unsigned number of 64 bits. */
const varintBytesMax = 10

/** `<request>`: a metadata request has no body, not even a length. */
export function encodeRequest(request: Uint8Array, { requestBytesMax }: ProtocolRules): Uint8Array {
  return requestBytesMax === 0 ? new Uint8Array(0) : encodePayload(request)
}

export function readRequest({ requestBytesMax }: ProtocolRules): Reading<Uint8Array> {
  return readPayload(requestBytesMax)
}

/** `<response_chunk>` */
export function encodeChunk({ code, context, data }: ResponseChunk): Uint8Array {
  const payload = code === 'success' ? data : data.subarray(0, errorMessageBytesMax)
  return Buffer.concat([
    Uint8Array.of(responseCodes.indexOf(code)),
    code === 'success' ? context : new Uint8Array(0),
    encodePayload(payload),
  ])
}

/** @throws {WireFaultError} `garbage`, `oversized` */
export function* readChunk({ contextBytes, chunkBytesMax }: ProtocolRules): Reading<ResponseChunk> {
  const [byte = 0] = yield 1
  // "The response code can have one of the following values"; others are errors of a later version.
  const code = responseCodes[byte] ?? 'server-error'
  if (code !== 'success') {
    return { code, context: new Uint8Array(0), data: yield* readPayload(errorMessageBytesMax) }
  }
  const context = new Uint8Array(yield contextBytes)
  return { code, context, data: yield* readPayload(chunkBytesMax) }
}

/** `<encoding-dependent-header> | <encoded-payload>` of the encoding strategy `ssz_snappy`: no frames for no data. */
function encodePayload(data: Uint8Array): Uint8Array {
  if (data.length === 0) return encodeVarint(0)
  return Buffer.concat([encodeVarint(data.length), encodeFrames(data)])
}

function* readPayload(bytesMax: number): Reading<Uint8Array> {
  const size = yield* readVarint()
  if (size > bytesMax)
    throw new WireFaultError('oversized', `${size} bytes announced, of at most ${bytesMax}`)
  return yield* readFrames(size)
}

export function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Uint8Array.of(...bytes, rest)
}

/** An unsigned LEB128 number. Sizes above 2^53 come out inexact, and are too large all the same. */
export function* readVarint(): Reading<number> {
  let value = 0
  for (let i = 0; i < varintBytesMax; i++) {
    const [byte = 0] = yield 1
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return value
  }
  throw new WireFaultError('garbage', `a length of more than ${varintBytesMax} bytes`)
}
