import type { BinarySource } from '../../../src/processes/binaries/binary-source.ts'
import { installClient } from '../../../src/processes/binaries/install-client.ts'

// Builds the client of the test with whatever `go` is on the PATH, and prints each phase.
const [modulesDirectory = ''] = process.argv.slice(2)

const source: BinarySource<'tool'> = {
  client: 'example',
  version: '1.2.3',
  binaries: [
    {
      name: 'tool',
      environmentVariable: 'EXAMPLE_TOOL',
      versionArguments: ['--version'],
      versionPattern: /^tool v(\d+\.\d+\.\d+)$/m,
    },
  ],
  goModule: { directory: 'example', minimumGoVersion: '1.24.0', packages: ['example.invalid/cmd/tool'] },
}

const found = await installClient(source, {
  ways: ['go-build'],
  modulesDirectory,
  onProgress: ({ phase }) => console.log(phase),
})
console.log(found.paths.tool)
