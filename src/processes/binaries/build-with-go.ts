import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcessGroup } from '../end-process-group.ts'
import { Guardian } from '../guardian.ts'
import { lastLogLines } from '../log-tail.ts'
import type { GoModule } from './binary-source.ts'
import { GoBuildError, WayUnavailableError } from './errors.ts'
import { findGo } from './go-toolchain.ts'
import type { InstallStep } from './install-release.ts'

const graceMs = 2_000

export interface GoBuildStep extends InstallStep {
  /** Folder that holds the pinned modules. */
  readonly modulesDirectory: string
  readonly logPath: string
}

/**
 * Builds the binaries into a folder from the pinned Go module. Every source file that goes in is held
 * against the module's go.sum by Go itself. On abort the whole build, compilers included, is ended.
 *
 * @returns the Go version and the packages.
 * @throws {WayUnavailableError} when Go is missing or too old.
 * @throws {GoBuildError} when the build fails; it has the last lines of the log.
 */
export async function buildWithGo(step: GoBuildStep): Promise<string[]> {
  const { source, directory, progress, signal } = step
  const { goModule } = source
  if (!goModule) throw new WayUnavailableError('go-build', 'it is not written in Go')
  const moduleDirectory = join(step.modulesDirectory, goModule.directory)
  if (!existsSync(join(moduleDirectory, 'go.sum')))
    throw new WayUnavailableError(
      'go-build',
      `this installation lacks ${moduleDirectory}; install the package again`,
    )
  const environment = goEnvironment(step.environment, goModule)
  progress.begin('check', 'the Go toolchain')
  const goVersion = await findGo(goModule, { moduleDirectory, environment, signal })
  progress.begin('build', 'with go build')
  const exit = await runInGroup({
    arguments: goArguments(goModule, directory),
    cwd: moduleDirectory,
    environment,
    logPath: step.logPath,
    signal,
  })
  if (exit === 0) return [`go${goVersion}`, ...goModule.packages]
  throw new GoBuildError({
    reason: `go build ended with ${typeof exit === 'number' ? `code ${exit}` : exit}`,
    log: { path: step.logPath, lastLines: lastLogLines(step.logPath) },
  })
}

function goArguments({ packages, ldflags }: GoModule, outputDirectory: string): string[] {
  return [
    'build',
    '-trimpath',
    // The package may lie in somebody's repository, of which the binary should say nothing.
    '-buildvcs=false',
    ...(ldflags ? ['-ldflags', ldflags] : []),
    '-o',
    `${outputDirectory}/`,
    ...packages,
  ]
}

/** The user's own Go settings, but for those that would build something else than what is pinned. */
function goEnvironment(environment: NodeJS.ProcessEnv, { environment: own }: GoModule): NodeJS.ProcessEnv {
  return { ...environment, GOFLAGS: '-mod=readonly', GOWORK: 'off', GOOS: '', GOARCH: '', ...own }
}

type Exit = [code: number | null, endedBy: string | null]

/** Runs Go in a process group of its own, its output into a file. Returns its exit code or signal. */
async function runInGroup(args: {
  arguments: readonly string[]
  cwd: string
  environment: NodeJS.ProcessEnv
  logPath: string
  signal: AbortSignal | undefined
}): Promise<number | string> {
  const { signal } = args
  signal?.throwIfAborted()
  const log = await open(args.logPath, 'w', 0o600)
  // Ends the build even if we are killed: nobody would wait for what it makes.
  using guardian = new Guardian()
  try {
    const child = spawn('go', args.arguments, {
      cwd: args.cwd,
      env: args.environment,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    const exited = once(child, 'exit') as Promise<Exit>
    const group = child.pid
    if (group !== undefined) return await untilExit(group, exited, guardian, signal)
    throw await exited.catch((error: unknown) => error)
  } finally {
    await log.close()
  }
}

async function untilExit(
  group: number,
  exited: Promise<Exit>,
  guardian: Guardian,
  signal: AbortSignal | undefined,
): Promise<number | string> {
  guardian.watch(group)
  let ending: Promise<void> | undefined
  const endGroup = () => {
    ending = endProcessGroup(group, { deadlineMs: graceMs })
  }
  signal?.addEventListener('abort', endGroup, { once: true })
  const [code, endedBy] = await exited
  signal?.removeEventListener('abort', endGroup)
  // The compilers can outlive `go` itself, and would write into the folder that is removed next.
  await ending
  guardian.forget(group)
  signal?.throwIfAborted()
  return code ?? endedBy ?? 'an unknown signal'
}
