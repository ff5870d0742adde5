import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gethBinaries } from '../../../src/clients/geth-binaries.ts'
import { prysmBinaries } from '../../../src/clients/prysm-binaries.ts'
import type { BinarySource } from '../../../src/processes/binaries/binary-source.ts'
import { packageRoot } from '../../../src/processes/binaries/package-root.ts'

const sources: [string, BinarySource][] = [gethBinaries, prysmBinaries].map((source) => [
  source.client,
  source,
])
const linux = { os: 'linux', arch: 'amd64' }

describe.each(sources)('%s', (_client, source) => {
  const names = source.binaries.map(({ name }) => name)
  const goModule = source.goModule ?? expect.unreachable()
  const goMod = readFileSync(join(packageRoot(), 'clients', goModule.directory, 'go.mod'), 'utf8')

  it('is pinned in go.mod at the version it says', () => {
    expect(goMod).toMatch(
      new RegExp(`^\\s+github\\.com/\\S+/${moduleName(source)} v${source.version}( |$)`, 'm'),
    )
  })

  it('asks for the Go version that go.mod asks for', () => {
    expect(goMod).toMatch(new RegExp(`^go ${goModule.minimumGoVersion}$`, 'm'))
  })

  it('builds each binary under its own name', () => {
    expect(goModule.packages.map((path) => path.split('/').at(-1))).toEqual(names)
  })

  it('has one file of the release for each binary', () => {
    expect(source.release?.files(linux)?.map(({ binary }) => binary)).toEqual(names)
  })

  it('has no release for a platform without one', () => {
    expect(source.release?.files({ os: 'plan9', arch: 'mips' })).toBeUndefined()
  })
})

function moduleName({ client }: BinarySource): string {
  return client === 'geth' ? 'go-ethereum' : 'prysm/v7'
}

describe('version patterns', () => {
  const versionOf = (source: BinarySource, name: string, output: string) =>
    source.binaries.find((binary) => binary.name === name)?.versionPattern.exec(output)?.[1]

  it.each<[BinarySource, string, string, string | undefined]>([
    [gethBinaries, 'geth', 'geth version 1.16.7-stable', '1.16.7'],
    [gethBinaries, 'geth', 'geth version 1.16.7-stable-b9f3a3d9', '1.16.7'],
    [gethBinaries, 'geth', 'gethalike version 1.16.7', undefined],
    [
      prysmBinaries,
      'beacon-chain',
      'beacon-chain version Prysm/v7.0.0/Local build. Built at: Moments ago',
      '7.0.0',
    ],
    [
      prysmBinaries,
      'validator',
      'validator version Prysm/v7.0.0/Local build. Built at: Moments ago',
      '7.0.0',
    ],
    [prysmBinaries, 'validator', 'validator version 3.1.0', undefined],
    [prysmBinaries, 'validator', 'beacon-chain version Prysm/v7.0.0/Local build', undefined],
  ])('%#', (source, name, output, version) => {
    expect(versionOf(source, name, output)).toBe(version)
  })
})

describe('release layouts', () => {
  it('names the files of Geth with the commit', () => {
    expect(gethBinaries.release?.files(linux)).toEqual([
      {
        binary: 'geth',
        path: 'geth-linux-amd64-1.16.7-b9f3a3d9.tar.gz',
        pathInArchive: 'geth-linux-amd64-1.16.7-b9f3a3d9/geth',
        checksum: { kind: 'given', environmentVariable: 'ETH_LOCALNET_GETH_SHA256' },
      },
    ])
  })

  it('names the files of Prysm with the version and the platform, and the checksum beside them', () => {
    expect(prysmBinaries.release?.files({ os: 'darwin', arch: 'arm64' })?.[1]).toEqual({
      binary: 'validator',
      path: 'validator-v7.0.0-darwin-arm64',
      checksum: { kind: 'published', path: 'validator-v7.0.0-darwin-arm64.sha256' },
    })
  })
})
