import { BeaconApiError } from '../errors.ts'

export type WireFormat = 'json' | 'ssz'

const mediaTypes: Readonly<Record<WireFormat, string>> = {
  json: 'application/json',
  ssz: 'application/octet-stream',
}

export function mediaTypeOf(format: WireFormat): string {
  return mediaTypes[format]
}

/**
 * The format of an answer by the request's Accept header (RFC 9110, 12.5.1): the one with the highest weight,
 * JSON when there is no header, or when several are as welcome.
 * @throws BeaconApiError 406
 */
export function acceptedFormat(accept: string | undefined, offered: readonly WireFormat[]): WireFormat {
  if (accept === undefined || accept.trim() === '') return offered[0] ?? 'json'
  let best: { format: WireFormat; weight: number } | undefined
  for (const format of offered) {
    const weight = weightOf(mediaTypes[format], accept)
    if (weight > (best?.weight ?? 0)) best = { format, weight }
  }
  if (best !== undefined) return best.format
  const names = offered.map(mediaTypeOf).join(' or ')
  throw new BeaconApiError(406, `None of the accepted media types can be given: the answer is ${names}.`)
}

/** The most specific range that names the type decides; 0 when none does. */
function weightOf(mediaType: string, accept: string): number {
  const wildcard = mediaType.replace(/\/.*/, '/*')
  const specificity = ['*/*', wildcard, mediaType]
  let decided = { rank: -1, weight: 0 }
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim())
    const rank = specificity.indexOf(name)
    if (rank > decided.rank) decided = { rank, weight: qualityOf(parameters) }
  }
  return decided.weight
}

/** The parameter `q`; 1 when absent, 0 (not wanted) when it is malformed. */
function qualityOf(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  if (quality === undefined) return 1
  return /^q=(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(quality) ? Number(quality.slice(2)) : 0
}

/**
 * The format of a request's body by its Content-Type header, JSON when there is none.
 * @throws BeaconApiError 415
 */
export function bodyFormat(contentType: string | undefined, understood: readonly WireFormat[]): WireFormat {
  const mediaType = (contentType ?? mediaTypes.json).split(';', 1)[0]?.trim().toLowerCase()
  const format = understood.find((candidate) => mediaTypes[candidate] === mediaType)
  if (format !== undefined) return format
  const names = understood.map(mediaTypeOf).join(' or ')
  throw new BeaconApiError(415, `Unsupported media type of the body: expected ${names}.`)
}
