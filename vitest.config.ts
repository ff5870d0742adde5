import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// End-to-end tests use the built package, as its users do; for coverage they can use the sources.
const entry = process.env.ETH_LOCALNET_TEST_SOURCES ? './src/index.ts' : './dist/index.js'

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'text-summary'] },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
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
        },
      },
    ],
  },
})
