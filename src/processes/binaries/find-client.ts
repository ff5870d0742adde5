import { resolve } from 'node:path'
import type { BinarySource, ClientBinary } from './binary-source.ts'
import { InvalidBinaryError, type LookupNote, MissingClientError } from './errors.ts'
import { executableProblem, findExecutable } from './find-executable.ts'
import { type CacheOptions, findInCache } from './find-in-cache.ts'
import { type BinaryOrigin, type FoundBinary, type FoundClient, toFoundClient } from './found-client.ts'
import { readVersion } from './read-version.ts'

export interface FindClientOptions<Name extends string = string> extends CacheOptions {
  /** Paths of own builds, by binary name; before all other places. */
  readonly paths?: { readonly [name in Name]?: string | undefined }
  readonly signal?: AbortSignal
  /** How a program is asked for its version. @default by running it */
  readonly readVersion?: typeof readVersion
}

/**
 * Looks for a client on this machine: a path in the options, an environment variable, the PATH, our cache,
 * in this order. Downloads and builds nothing.
 *
 * Paths that the user names count for each binary alone; the PATH and the cache count when they have all
 * the binaries that are not named, so that two halves of a client come from one place.
 *
 * @returns undefined when it is in none of them.
 * @throws {InvalidBinaryError} when a path that the user named is not that program.
 */
export async function findClient<Name extends string>(
  source: BinarySource<Name>,
  options: FindClientOptions<Name> = {},
): Promise<FoundClient<Name> | undefined> {
  return (await lookUpClient(source, options)).found
}

/**
 * As {@link findClient}, for callers that cannot go on without the client.
 *
 * @throws {MissingClientError} telling each place that was looked at, and the ways out.
 */
export async function requireClient<Name extends string>(
  source: BinarySource<Name>,
  options: FindClientOptions<Name> = {},
): Promise<FoundClient<Name>> {
  const { found, notes } = await lookUpClient(source, options)
  if (found) return found
  throw new MissingClientError({ source, notes })
}

export interface Lookup<Name extends string> {
  readonly found?: FoundClient<Name>
  /** The places that gave nothing. */
  readonly notes: readonly LookupNote[]
}

/** As {@link findClient}, but tells also where it looked in vain. */
export async function lookUpClient<Name extends string>(
  source: BinarySource<Name>,
  options: FindClientOptions<Name> = {},
): Promise<Lookup<Name>> {
  const named = await findNamed(source, options)
  const open = source.binaries.filter(({ name }) => !named.some((binary) => binary.name === name))
  const notes: LookupNote[] = [
    {
      place: 'environment',
      result: `${open.map((binary) => binary.environmentVariable).join(', ')} not set`,
    },
  ]
  if (open.length === 0) return { found: toFoundClient(source, named), notes: [] }
  for (const [place, look] of [
    ['PATH', findOnPath],
    ['cache', findInCache],
  ] as const) {
    const outcome = await look(source, open, options)
    if (typeof outcome !== 'string') return { found: toFoundClient(source, [...named, ...outcome]), notes }
    notes.push({ place, result: outcome })
  }
  return { notes }
}

async function findNamed<Name extends string>(
  source: BinarySource<Name>,
  options: FindClientOptions<Name>,
): Promise<FoundBinary<Name>[]> {
  const { paths = {} as { [name in Name]?: string }, environment = process.env } = options
  const found: FoundBinary<Name>[] = []
  for (const binary of source.binaries) {
    const fromOptions = paths[binary.name]
    const path = fromOptions ?? environment[binary.environmentVariable]
    if (!path) continue
    const origin = fromOptions ? 'option' : 'environment'
    found.push(await checkNamed({ source, binary, path: resolve(path), origin, options }))
  }
  return found
}

async function checkNamed<Name extends string>(args: {
  source: BinarySource<Name>
  binary: ClientBinary<Name>
  path: string
  origin: 'option' | 'environment'
  options: FindClientOptions<Name>
}): Promise<FoundBinary<Name>> {
  const { source, binary, path, origin, options } = args
  const namedBy = origin === 'option' ? 'The option for its path' : binary.environmentVariable
  const problem = await executableProblem(path)
  if (problem) throw new InvalidBinaryError({ binary: binary.name, path, namedBy, reason: problem })
  const answer = await (options.readVersion ?? readVersion)(binary, path, options.signal)
  if ('problem' in answer)
    throw new InvalidBinaryError({ binary: binary.name, path, namedBy, reason: answer.problem })
  return describe(source, binary.name, path, answer.version, origin)
}

async function findOnPath<Name extends string>(
  source: BinarySource<Name>,
  binaries: readonly ClientBinary<Name>[],
  { environment = process.env, signal, readVersion: ask = readVersion }: FindClientOptions<Name>,
): Promise<FoundBinary<Name>[] | string> {
  const candidates: { binary: ClientBinary<Name>; path: string }[] = []
  for (const binary of binaries) {
    const path = await findExecutable(binary.name, environment)
    // All must be there before any is run: names such as `validator` may be somebody else's program.
    if (!path) return `no ${binary.name}`
    candidates.push({ binary, path })
  }
  const found: FoundBinary<Name>[] = []
  for (const { binary, path } of candidates) {
    const answer = await ask(binary, path, signal)
    if ('problem' in answer) return answer.problem
    found.push(describe(source, binary.name, path, answer.version, 'path'))
  }
  return found
}

function describe<Name extends string>(
  source: BinarySource<Name>,
  name: Name,
  path: string,
  version: string,
  origin: BinaryOrigin,
): FoundBinary<Name> {
  return { name, path, version, origin, isPinnedVersion: version === source.version }
}
