/** Readiness by HTTP: any answer below 500 means that the server is up; a refused connection means not yet. */
export function httpAnswers(
  url: string,
  request: RequestInit = {},
): (signal: AbortSignal) => Promise<boolean> {
  return async (signal) => {
    const response = await fetch(url, {
      ...request,
      signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]),
    })
    await response.body?.cancel()
    return response.status < 500
  }
}

/** Readiness of several listeners of one process. */
export function allReady(
  ...probes: ((signal: AbortSignal) => Promise<boolean>)[]
): (signal: AbortSignal) => Promise<boolean> {
  return async (signal) => (await Promise.all(probes.map((probe) => probe(signal)))).every(Boolean)
}
