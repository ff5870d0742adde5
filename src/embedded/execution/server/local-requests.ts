/** Names that mean this machine. */
const localNames = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

/**
 * Whether a Host header names this machine by address or as localhost. A page of another site that has its
 * own name resolve to the loopback address (DNS rebinding) sends that name here.
 */
export function isLocalHost(host: string | undefined): boolean {
  if (host === undefined) return false
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return localNames.has(name) || name.endsWith('.localhost') || /^127\.\d+\.\d+\.\d+$/.test(name)
}

/** Whether an Origin header is absent, as from programs, or a page served from this machine. */
export function isLocalOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true
  try {
    return isLocalHost(new URL(origin).host)
  } catch {
    return false
  }
}
