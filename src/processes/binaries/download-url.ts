import { DownloadError } from './errors.ts'

/**
 * Refuses URLs that a stranger on the way could answer: https is fine anywhere, http on this machine only,
 * and a redirect never leads from https back to http.
 *
 * @param location absolute, or relative to the URL that redirects to it
 * @throws {DownloadError}
 */
export function checkDownloadUrl(location: string, redirectedFrom?: URL): URL {
  const target = URL.canParse(location, redirectedFrom?.href) ? new URL(location, redirectedFrom) : undefined
  if (target?.protocol === 'https:') return target
  const isLocal = target?.protocol === 'http:' && isLoopback(target.hostname)
  if (target && isLocal && redirectedFrom?.protocol !== 'https:') return target
  if (!redirectedFrom)
    throw new DownloadError({ url: location, failure: 'insecure-url', reason: 'it is not an https URL' })
  throw new DownloadError({
    url: redirectedFrom.href,
    failure: 'redirect',
    reason: `it redirects to ${location}, which is not an https URL`,
  })
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
