import { ApiError, type FetchJson, parseJson } from '../apis/http-json.ts'
import type { EmbeddedNetwork } from '../embedded/host/embedded-network.ts'
import type { Layer } from '../embedded/host/host-methods.ts'

/** The APIs of an embedded node, without HTTP. */
export function localFetch(
  embedded: EmbeddedNetwork,
  name: string,
): { readonly execution: FetchJson; readonly consensus: FetchJson } {
  const fetchFrom =
    (layer: Layer): FetchJson =>
    async (url, init = {}, { signal } = {}) => {
      signal?.throwIfAborted()
      const { pathname, search } = new URL(url)
      const method = init.method ?? 'GET'
      const headers = Object.fromEntries(new Headers(init.headers))
      const body = typeof init.body === 'string' ? init.body : undefined
      const request = { method, path: pathname + search, headers, body }
      const { status, body: text } = await embedded.request(layer, name, request)
      if (status >= 400) throw new ApiError(`${method} ${url}`, `${status} ${text.slice(0, 300)}`, status)
      return parseJson(text, `${method} ${url}`)
    }
  return { execution: fetchFrom('execution'), consensus: fetchFrom('consensus') }
}
