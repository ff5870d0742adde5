// Counts test results for scripts/test.mjs, which prints them as the very last line.
import { writeFileSync } from 'node:fs'

export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) counts.failed += 1
      for (const test of module.children.allTests()) counts[test.result().state] += 1
    }
    writeFileSync(process.env.ETH_LOCALNET_TEST_COUNTS, JSON.stringify(counts))
  }
}
