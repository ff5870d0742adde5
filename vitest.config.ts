import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// End-to-end tests use the built package, as its users do; for coverage they can use the sources.
const entry = process.env.ETH_LOCALNET_TEST_SOURCES ? './src/index.ts' : './dist/index.js'

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'text-summary'] },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/unit/support/no-processes.ts'],
          // One module registry per worker: to load the modules for every file takes longer than the tests.
          isolate: false,
          maxWorkers: 2,
          restoreMocks: true,
          unstubEnvs: true,
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // A process per file: a chain's constants, and what native code keeps, are global to the process.
          pool: 'forks',
          maxWorkers: '100%',
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias: { 'eth-localnet': fileURLToPath(new URL(entry, import.meta.url)) } },
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          server: { deps: { external: [/\/dist\//] } },
          // One network at a time: two cores cannot keep the slots of two.
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
