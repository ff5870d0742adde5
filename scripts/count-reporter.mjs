// Counts test results for scripts/test.mjs, which prints them as the very last lines.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const reasonLength = 1_200

/** What failed and why, short enough that a truncated log still has all of it. */
function describeFailure(name, errors) {
  const reasons = errors.map(({ message, diff = '' }) =>
    stripVTControlCharacters(`${message}\n${diff}`.trim()).slice(0, reasonLength),
  )
  return `FAILED ${name}\n${reasons.join('\n').replaceAll(/^/gm, '    ')}`
}

export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const failures = unhandledErrors.map((error) => describeFailure('outside of any test', [error]))
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId)
      if (module.state() === 'failed' && module.errors().length > 0) {
        counts.failed += 1
        failures.push(describeFailure(file, module.errors()))
      }
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        counts[state] += 1
        if (state === 'failed') failures.push(describeFailure(`${file} > ${test.fullName}`, errors))
      }
    }
    writeFileSync(process.env.ETH_LOCALNET_TEST_COUNTS, JSON.stringify({ counts, failures }))
  }
}
