import { isBuiltin } from 'node:module'
import { defineConfig } from 'tsdown'

/** Native libraries: npm installs the build for the user's platform. */
const nativePackage = /^@chainsafe\/(blst|hashtree|pubkey-index-map|swap-or-not-shuffle)$/

/**
 * The protocol libraries (`@lodestar/*`, `@ethereumjs/*`) are bundled, because npm installs them only with
 * overrides, and these do not reach whoever installs this package. What they import is bundled with them,
 * also where it is a dependency of ours, since they may need another version of it.
 */
function isImportOfBundledLibrary(id: string, importer: string | undefined): boolean {
  return importer?.includes('/node_modules/') === true && !isBuiltin(id) && !nativePackage.test(id)
}

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli/main.ts',
    'genesis-worker': 'src/genesis/worker.ts',
    'embedded-worker': 'src/embedded/host/worker.ts',
    'loss-namespace': 'src/faults/proxies/lossy-wires/namespace-program.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  deps: { alwaysBundle: isImportOfBundledLibrary, onlyBundle: false },
  // It looks for a native library beside the bundle. Its JavaScript does the same.
  alias: { '@vekexasia/bigint-buffer2$': '@vekexasia/bigint-buffer2/js' },
  // package.json names .js files.
  fixedExtension: false,
  dts: { entry: 'src/index.ts' },
  sourcemap: true,
  clean: true,
})
