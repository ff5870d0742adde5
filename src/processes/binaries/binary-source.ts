/** A program that a client consists of. */
export interface ClientBinary<Name extends string = string> {
  /** File name, e.g. `geth`. */
  readonly name: Name
  /** Environment variable that may hold the path of another build of it. */
  readonly environmentVariable: string
  /** Arguments that make it print its version and exit. */
  readonly versionArguments: readonly string[]
  /** Finds the version, in group 1, in what it then prints; must not match another program of that name. */
  readonly versionPattern: RegExp
}

/** Where to build the binaries from: a Go module of ours that pins the client and all it depends on. */
export interface GoModule {
  /** Folder under this package's `clients/` with `go.mod` and `go.sum`. */
  readonly directory: string
  /** e.g. `1.25.1`: the `go` line of go.mod. */
  readonly minimumGoVersion: string
  /** Import paths of the commands; the last element of each is the name of a binary. */
  readonly packages: readonly string[]
  readonly ldflags?: string
  /** Go environment variables, e.g. `CGO_ENABLED`. */
  readonly environment?: Readonly<Record<string, string>>
}

/** How we know that a download is what the client's developers published. */
type ReleaseChecksum =
  /** Known when this package was made. */
  | { readonly kind: 'pinned'; readonly sha256: string }
  /** In a file of the release itself, in the format of `sha256sum`. */
  | { readonly kind: 'published'; readonly path: string }
  /** Not published by the project: the user has to give it, or nothing is downloaded. */
  | { readonly kind: 'given'; readonly environmentVariable: string }

/** One file of a release that holds one binary. */
export interface ReleaseFile<Name extends string = string> {
  readonly binary: Name
  /** Below the release's base URL. */
  readonly path: string
  readonly checksum: ReleaseChecksum
  /** Set when the file is a `.tar.gz`: the binary's place in it. Otherwise the file is the binary. */
  readonly pathInArchive?: string
}

/** The official builds of one version. */
export interface ClientRelease<Name extends string = string> {
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** Environment variable that may hold the base URL of a mirror with the same layout. */
  readonly baseUrlVariable: string
  /** Undefined when there is no build for the platform. */
  readonly files: (platform: Platform) => readonly ReleaseFile<Name>[] | undefined
}

/** Everything there is to know about getting one client: pure data. */
export interface BinarySource<Name extends string = string> {
  /** Name of the client, e.g. `geth`; also its folder in the cache. */
  readonly client: string
  /** The version that is downloaded or built, e.g. `1.16.7`. */
  readonly version: string
  /** The first one is the one whose version stands for the client's. */
  readonly binaries: readonly [ClientBinary<Name>, ...ClientBinary<Name>[]]
  readonly release?: ClientRelease<Name>
  readonly goModule?: GoModule
}

/** Operating system and architecture, in Go's words. */
export interface Platform {
  readonly os: string
  readonly arch: string
}

export function currentPlatform(): Platform {
  return { os: process.platform, arch: process.arch === 'x64' ? 'amd64' : process.arch }
}
