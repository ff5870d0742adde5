import { ForkName } from '@lodestar/params'
import type { Context } from 'hono'
import { BaseError, messageOf } from '../../../errors.ts'
import { BeaconApiError, badBody, badParameter } from '../errors.ts'
import { parseJsonBody, requireBodyKind } from './json-body.ts'
import { acceptedFormat, bodyFormat, mediaTypeOf, type WireFormat } from './media-type.ts'
import { readParameters } from './parameters.ts'

/** A request, as the library's codecs read it. */
interface ParsedRequest {
  params: Record<string, unknown>
  query: Record<string, unknown>
  headers: Record<string, unknown>
  body?: unknown
}

/**
 * A route definition of `@lodestar/api`: where it is, and how its requests and answers are read and written.
 * Only the part that a server needs, without the types of the single endpoint: the handler has them.
 */
export interface EndpointDefinition {
  readonly url: string
  readonly method: string
  readonly req: {
    readonly schema: {
      readonly params?: Record<string, number>
      readonly query?: Record<string, number>
      readonly headers?: Record<string, number>
      readonly body?: number
    }
    readonly onlySupport?: string
    readonly parseReq?: (request: ParsedRequest) => unknown
    readonly parseReqJson?: (request: ParsedRequest) => unknown
    readonly parseReqSsz?: (request: ParsedRequest) => unknown
  }
  readonly resp: {
    readonly isEmpty?: true
    readonly onlySupport?: string
    readonly data: {
      readonly toJson: (data: unknown, meta: unknown) => unknown
      readonly serialize: (data: unknown, meta: unknown) => Uint8Array
    }
    readonly meta: {
      readonly toJson: (meta: unknown) => unknown
      readonly toHeadersObject: (meta: unknown) => Record<string, string>
    }
    readonly transform?: { readonly toResponse: (data: unknown, meta: unknown) => unknown }
  }
}

interface Answer {
  readonly status?: number
  readonly data?: unknown
  readonly meta?: unknown
}

/** Answers an endpoint's requests: any of the library's `ApplicationMethod`s, without its types. */
export type EndpointHandler = (
  args: unknown,
  context: { readonly returnBytes: boolean },
) => Promise<Answer | undefined>

/** Serves one endpoint: what `createFastifyHandler` of the library does for Fastify. */
export function serveEndpoint(
  definition: EndpointDefinition,
  handler: EndpointHandler,
): (context: Context) => Promise<Response> {
  return async (context) => {
    const format = answerFormat(definition, context)
    const args = await parseRequest(definition, context)
    const answer = (await handler(args, { returnBytes: format === 'ssz' })) ?? {}
    return respond(definition, format, answer)
  }
}

const bothFormats: readonly WireFormat[] = ['json', 'ssz']

function formats(onlySupport: string | undefined): readonly WireFormat[] {
  return bothFormats.filter((format) => onlySupport === undefined || onlySupport === format)
}

function answerFormat({ resp }: EndpointDefinition, { req }: Context): WireFormat | undefined {
  return resp.isEmpty ? undefined : acceptedFormat(req.header('accept'), formats(resp.onlySupport))
}

async function parseRequest({ req: codec }: EndpointDefinition, { req }: Context): Promise<unknown> {
  const { schema } = codec
  const single = (value: string | undefined) => (value === undefined ? [] : [value])
  const request: ParsedRequest = {
    params: readParameters(schema.params ?? {}, (name) => single(req.param(name))),
    query: readParameters(schema.query ?? {}, (name) => req.queries(name) ?? []),
    headers: readHeaders(schema.headers ?? {}, req),
  }
  if (codec.parseReq !== undefined) return parsed(() => codec.parseReq?.(request), 'parameters')
  const format = bodyFormat(req.header('content-type'), formats(codec.onlySupport))
  if (format === 'ssz') {
    const body = new Uint8Array(await req.arrayBuffer())
    return parsed(() => codec.parseReqSsz?.({ ...request, body }), 'body')
  }
  const text = await req.text()
  const body = text === '' ? undefined : parseJsonBody(text)
  requireBodyKind(body, schema.body)
  return parsed(() => codec.parseReqJson?.({ ...request, body }), 'body')
}

/** By their names in lower case, where the library's codecs look for them. The only one is the version. */
function readHeaders(names: Record<string, number>, req: Context['req']): Record<string, string> {
  return Object.fromEntries(
    Object.keys(names).map((name) => [name.toLowerCase(), readVersion(name, req.header(name))]),
  )
}

/** @throws BeaconApiError 400 */
function readVersion(name: string, value: string | undefined): ForkName {
  const version = Object.values(ForkName).find((fork) => fork === value?.toLowerCase())
  if (version === undefined) throw badParameter(`${name} header`, value, 'the name of a fork')
  return version
}

/** Whatever the library's codecs throw is the fault of the request. */
function parsed(parse: () => unknown, what: 'parameters' | 'body'): unknown {
  try {
    return parse()
  } catch (error) {
    if (error instanceof BaseError) throw error
    if (what === 'body') throw badBody(error)
    throw new BeaconApiError(400, `Invalid parameters: ${messageOf(error)}`, { cause: error })
  }
}

function respond({ resp }: EndpointDefinition, format: WireFormat | undefined, answer: Answer): Response {
  const { data, meta, status = 200 } = answer
  if (format === undefined) return new Response(null, { status })
  const headers = { ...resp.meta.toHeadersObject(meta), 'content-type': mediaTypeOf(format) }
  if (format === 'ssz') {
    const bytes = data instanceof Uint8Array ? data : resp.data.serialize(data, meta)
    return new Response(bytes as Uint8Array<ArrayBuffer>, { status, headers })
  }
  const dataJson = resp.data.toJson(data, meta)
  const metaJson = resp.meta.toJson(meta) as object | undefined
  const body = resp.transform?.toResponse(dataJson, metaJson) ?? { data: dataJson, ...metaJson }
  return new Response(JSON.stringify(body), { status, headers })
}
