import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        // End-to-end tests use the built package, as its users do.
        resolve: { alias: { 'eth-localnet': fileURLToPath(new URL('./dist/index.js', import.meta.url)) } },
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
