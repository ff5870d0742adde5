import type { BinarySource } from './binary-source.ts'

/** Where a binary was found, in the order in which they are asked. */
export type BinaryOrigin = 'option' | 'environment' | 'path' | 'cache'

/** How a binary of the cache came to be. */
export type InstallWay = 'release' | 'go-build'

export interface FoundBinary<Name extends string = string> {
  readonly name: Name
  /** Absolute path. */
  readonly path: string
  /** As it says itself, e.g. `1.16.7`. */
  readonly version: string
  readonly origin: BinaryOrigin
  /** False when it is another version than the one this package is tested with. */
  readonly isPinnedVersion: boolean
  /** How it was made, if it is in the cache. */
  readonly madeBy?: InstallWay
}

/** A client whose binaries are all there. */
export interface FoundClient<Name extends string = string> {
  readonly client: string
  /** Version and origin of its first binary; `binaries` has those of each. */
  readonly version: string
  readonly origin: BinaryOrigin
  /** False when any binary is another version than the one this package is tested with. */
  readonly isPinnedVersion: boolean
  readonly paths: Readonly<Record<Name, string>>
  readonly binaries: readonly [FoundBinary<Name>, ...FoundBinary<Name>[]]
}

/** Puts a client together from its binaries, all of which must be there. */
export function toFoundClient<Name extends string>(
  source: BinarySource<Name>,
  found: readonly FoundBinary<Name>[],
): FoundClient<Name> {
  const ordered = source.binaries.flatMap(({ name }) => found.filter((binary) => binary.name === name))
  const [first, ...others] = ordered
  if (!first || ordered.length !== source.binaries.length)
    throw new TypeError(`incomplete ${source.client}: ${ordered.map(({ name }) => name).join(', ')}`)
  return {
    client: source.client,
    version: first.version,
    origin: first.origin,
    isPinnedVersion: ordered.every(({ isPinnedVersion }) => isPinnedVersion),
    paths: Object.fromEntries(ordered.map(({ name, path }) => [name, path])) as Record<Name, string>,
    binaries: [first, ...others],
  }
}
