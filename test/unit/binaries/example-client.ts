import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type {
  BinarySource,
  ClientBinary,
  ReleaseFile,
} from '../../../src/processes/binaries/binary-source.ts'
import type { readVersion } from '../../../src/processes/binaries/read-version.ts'

export type ExampleBinary = 'node' | 'signer'

function binary(name: ExampleBinary): ClientBinary<ExampleBinary> {
  return {
    name,
    environmentVariable: `EXAMPLE_${name.toUpperCase()}`,
    versionArguments: ['--version'],
    versionPattern: new RegExp(`^${name} v(\\d+\\.\\d+\\.\\d+)`, 'm'),
  }
}

function file(name: ExampleBinary): ReleaseFile<ExampleBinary> {
  return {
    binary: name,
    path: `1.2.3/${name}`,
    checksum: { kind: 'published', path: `1.2.3/${name}.sha256` },
  }
}

/** A client of two programs, as a client's file would describe it. */
export const exampleClient: BinarySource<ExampleBinary> = {
  client: 'example',
  version: '1.2.3',
  binaries: [binary('node'), binary('signer')],
  release: {
    baseUrl: 'https://example.invalid/releases',
    baseUrlVariable: 'EXAMPLE_RELEASES',
    files: ({ os }) => (os === 'plan9' ? undefined : [file('node'), file('signer')]),
  },
  goModule: {
    directory: 'example',
    minimumGoVersion: '1.24.0',
    packages: ['example.invalid/cmd/node', 'example.invalid/cmd/signer'],
  },
}

/** Writes an executable file that no test runs: `versions` below answers for it. */
export function putExecutable(path: string, content = `#!/bin/sh\n# ${path}\n`): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  chmodSync(path, 0o755)
  return path
}

/** Answers for programs instead of running them: with the version of the first path that is the start of theirs. */
export function versions(byPathStart: Record<string, string>): typeof readVersion {
  return async (_binary, path) => {
    const [, version] = Object.entries(byPathStart).find(([start]) => path.startsWith(start)) ?? []
    return version ? { version } : { problem: `${path} is another program` }
  }
}
