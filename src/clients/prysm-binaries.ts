import type { BinarySource, ClientBinary, ReleaseFile } from '../processes/binaries/binary-source.ts'

const version = '7.0.0'
const modulePath = 'github.com/OffchainLabs/prysm/v7'

type PrysmBinary = 'beacon-chain' | 'validator'

const releasePlatforms = new Set(['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'])

/** How to get Prysm, a consensus client (https://prysm.offchainlabs.com). */
export const prysmBinaries: BinarySource<PrysmBinary> = {
  client: 'prysm',
  version,
  binaries: [
    binary('beacon-chain', 'ETH_LOCALNET_BEACON_CHAIN', /^beacon-chain version Prysm\/v(\d+\.\d+\.\d+)/m),
    binary('validator', 'ETH_LOCALNET_VALIDATOR', /^validator version Prysm\/v(\d+\.\d+\.\d+)/m),
  ],
  release: {
    baseUrl: `https://github.com/OffchainLabs/prysm/releases/download/v${version}`,
    baseUrlVariable: 'ETH_LOCALNET_PRYSM_RELEASES',
    files: ({ os, arch }) => {
      const platform = `${os}-${arch}`
      if (!releasePlatforms.has(platform)) return undefined
      return [releaseFile('beacon-chain', platform), releaseFile('validator', platform)]
    },
  },
  goModule: {
    directory: 'prysm',
    minimumGoVersion: '1.25.1',
    packages: [`${modulePath}/cmd/beacon-chain`, `${modulePath}/cmd/validator`],
    // Prysm's own build system sets its version at link time; without it the binaries say "Unknown".
    ldflags: `-X ${modulePath}/runtime/version.gitTag=v${version}`,
    // BLS and KZG are C libraries. Said aloud, a missing C compiler gives an error that names it.
    environment: { CGO_ENABLED: '1' },
  },
}

function binary(
  name: PrysmBinary,
  environmentVariable: string,
  versionPattern: RegExp,
): ClientBinary<PrysmBinary> {
  return { name, environmentVariable, versionArguments: ['--version'], versionPattern }
}

function releaseFile(name: PrysmBinary, platform: string): ReleaseFile<PrysmBinary> {
  const path = `${name}-v${version}-${platform}`
  // The checksum lies beside the binary on the release page. It finds a damaged or half download; that
  // both are the developers' own is what the TLS connection to the release site stands for.
  return { binary: name, path, checksum: { kind: 'published', path: `${path}.sha256` } }
}
