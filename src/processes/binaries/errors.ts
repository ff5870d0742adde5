import { BaseError, messageOf } from '../../errors.ts'
import type { BinarySource } from './binary-source.ts'
import type { InstallWay } from './found-client.ts'

const seeAll = 'See `eth-localnet clients` for what is found where.'

/** A place that was looked at, or a way that was tried, and why it gave nothing. */
export interface LookupNote {
  /** e.g. `PATH`, `cache`, `go-build`. */
  readonly place: string
  readonly result: string
}

/** A path that the user named, in the options or the environment, is not the program it should be. */
export class InvalidBinaryError extends BaseError {
  constructor(args: { binary: string; path: string; namedBy: string; reason: string; cause?: unknown }) {
    const { cause, ...facts } = args
    super({
      code: 'binary-invalid',
      category: 'options',
      shortMessage: `${args.namedBy} names ${args.path} as ${args.binary}, but ${args.reason}.`,
      metaMessages: [`Give the path of a ${args.binary} executable, or leave it out to have one found.`],
      facts,
      cause,
    })
  }
}

/** A client is not on this machine, and could not be (or was not to be) brought here. */
export class MissingClientError extends BaseError {
  constructor({
    source,
    notes,
    cause,
  }: { source: BinarySource; notes: readonly LookupNote[]; cause?: unknown }) {
    const { client, version } = source
    const names = source.binaries.map(({ name }) => name)
    super({
      code: 'client-missing',
      category: 'start',
      shortMessage: `${client} ${version} is missing: ${names.join(', ')} not found.`,
      metaMessages: [
        ...notes.map(({ place, result }) => `  ${place}: ${result}`),
        '',
        `Do one of these:`,
        ...waysOut(source).map((way) => `  - ${way}`),
        seeAll,
      ],
      facts: { client, version, binaries: names, notes },
      cause,
    })
  }
}

function waysOut({ client, version, goModule, binaries }: BinarySource): string[] {
  const variables = binaries.map(({ environmentVariable }) => environmentVariable)
  return [
    ...(goModule
      ? [
          `Install Go ${goModule.minimumGoVersion} or newer (https://go.dev/dl/), then run \`eth-localnet clients install\`.`,
        ]
      : []),
    `Set ${variables.join(' and ')} to ${variables.length > 1 ? 'paths' : 'the path'} of your own build.`,
    `Put ${client} ${version} on the PATH.`,
  ]
}

/** The log of a build that failed. */
export interface BuildLog {
  readonly path: string
  readonly lastLines: readonly string[]
}

/** `go build` ended with an error. */
export class GoBuildError extends BaseError {
  readonly log: BuildLog

  constructor({ reason, log }: { reason: string; log: BuildLog }) {
    super({
      code: 'go-build-failed',
      category: 'start',
      shortMessage: reason,
      metaMessages: [...log.lastLines.map((line) => `  | ${line}`), `Log: ${log.path}`],
      facts: { log },
    })
    this.log = log
  }
}

/** Getting a client was tried and failed. Nothing of the attempt is left but the log. */
export class ClientInstallError extends BaseError {
  constructor(args: { source: BinarySource; notes: readonly LookupNote[]; log?: BuildLog; cause: unknown }) {
    const { source, notes, log, cause } = args
    const { client, version, binaries } = source
    const variables = binaries.map(({ environmentVariable }) => environmentVariable)
    super({
      code: 'client-install-failed',
      category: 'start',
      shortMessage: `${client} ${version} could not be installed.`,
      metaMessages: [
        ...notes.map(({ place, result }) => `  ${place}: ${result}`),
        ...(log ? ['', ...log.lastLines.map((line) => `  | ${line}`), '', `Log: ${log.path}`] : []),
        `Mend the cause and run \`eth-localnet clients install\`, or set ${variables.join(' and ')} to your own build.`,
      ],
      facts: { client, version, notes, log },
      cause,
    })
  }
}

/** One way of getting a client cannot be gone on this machine; the next one is tried. */
export class WayUnavailableError extends BaseError {
  constructor(way: InstallWay, reason: string) {
    super({
      code: 'install-way-unavailable',
      category: 'start',
      shortMessage: reason,
      facts: { way },
    })
  }
}

export type DownloadFailure =
  | 'insecure-url'
  | 'unreachable'
  | 'status'
  | 'redirect'
  | 'stalled'
  | 'too-large'
  | 'interrupted'
  | 'checksum'

/** A file could not be had from a release site, or is not what was published. Nothing of it is kept. */
export class DownloadError extends BaseError {
  readonly failure: DownloadFailure

  constructor(args: {
    url: string
    failure: DownloadFailure
    reason: string
    facts?: object
    cause?: unknown
  }) {
    const { url, failure, reason, facts, cause } = args
    super({
      code: 'download-failed',
      category: 'start',
      shortMessage: `Download of ${url} failed: ${reason}.`,
      metaMessages: cause === undefined ? [] : [`Cause: ${messageOf(cause)}`],
      facts: { url, failure, ...facts },
      cause,
    })
    this.failure = failure
  }
}
