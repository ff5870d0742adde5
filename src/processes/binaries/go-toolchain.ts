import type { GoModule } from './binary-source.ts'
import { WayUnavailableError } from './errors.ts'

// Enough for Go to fetch a newer toolchain first, which GOTOOLCHAIN=auto lets it do.
const deadlineMs = 5 * 60_000

/**
 * The version of Go that a build in the module's folder would use, e.g. `1.26.8`.
 *
 * @throws {WayUnavailableError} when there is no Go, or it is too old.
 */
export async function findGo(
  { minimumGoVersion }: GoModule,
  options: { moduleDirectory: string; environment: NodeJS.ProcessEnv; signal: AbortSignal | undefined },
): Promise<string> {
  const { moduleDirectory, environment, signal } = options
  // Loaded here, as it is a hundred files, and most networks start no program.
  const { execa } = await import('execa')
  const result = await execa('go', ['version'], {
    cwd: moduleDirectory,
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    timeout: deadlineMs,
    ...(signal && { cancelSignal: signal }),
  })
  signal?.throwIfAborted()
  const wanted = `Go ${minimumGoVersion} or newer is needed`
  if (result.code === 'ENOENT')
    throw new WayUnavailableError('go-build', `${wanted}, and \`go\` is not on the PATH`)
  const version = /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(result.all)?.[1]
  if (result.failed || !version)
    throw new WayUnavailableError(
      'go-build',
      `\`go version\` failed: ${result.all.slice(0, 300) || result.shortMessage}`,
    )
  if (isOlder(version, minimumGoVersion))
    throw new WayUnavailableError('go-build', `${wanted}, and \`go\` is ${version}`)
  return version
}

/** Compares versions such as `1.25` and `1.25.1` number by number; a missing number is 0. */
export function isOlder(version: string, minimum: string): boolean {
  const [ours, theirs] = [version, minimum].map((text) => text.split('.').map(Number))
  for (let i = 0; i < 3; i++) {
    const difference = (ours?.[i] ?? 0) - (theirs?.[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
