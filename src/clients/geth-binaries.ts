import type { BinarySource, ReleaseFile } from '../processes/binaries/binary-source.ts'

const version = '1.16.7'
/** The official builds carry the first eight digits of the tagged commit in their names. */
const build = `${version}-b9f3a3d9`

/** Platforms with an official Geth build that we know by name; elsewhere it is built from source. */
const releasePlatforms = new Set(['linux-amd64', 'linux-arm64'])

/** How to get Geth, an execution client (https://geth.ethereum.org). */
export const gethBinaries: BinarySource<'geth'> = {
  client: 'geth',
  version,
  binaries: [
    {
      name: 'geth',
      environmentVariable: 'ETH_LOCALNET_GETH',
      versionArguments: ['--version'],
      versionPattern: /^geth version (\d+\.\d+\.\d+)/m,
    },
  ],
  release: {
    baseUrl: 'https://gethstore.blob.core.windows.net/builds',
    baseUrlVariable: 'ETH_LOCALNET_GETH_RELEASES',
    files: ({ os, arch }) => (releasePlatforms.has(`${os}-${arch}`) ? [archive(`${os}-${arch}`)] : undefined),
  },
  goModule: {
    directory: 'geth',
    minimumGoVersion: '1.24.0',
    packages: ['github.com/ethereum/go-ethereum/cmd/geth'],
  },
}

function archive(platform: string): ReleaseFile<'geth'> {
  const folder = `geth-${platform}-${build}`
  return {
    binary: 'geth',
    path: `${folder}.tar.gz`,
    pathInArchive: `${folder}/geth`,
    // Geth's builds are signed with PGP, but no SHA-256 of them is published, and we know none first-hand.
    // So a download needs one from the user, who checked the signature; else Geth is built from source.
    checksum: { kind: 'given', environmentVariable: 'ETH_LOCALNET_GETH_SHA256' },
  }
}
