// `npm run conformance -- DIR…`: runs the consensus specification's fork choice vectors against the embedded
// node's chain, from its sources. Closes with `N passed, N failed`; fails when there is nothing to run.
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, setUpOrExit } from './setup.mjs'

const presets = ['minimal', 'mainnet']
const directories = process.argv.slice(2)
if (directories.length === 0 || directories.some((argument) => argument.startsWith('-'))) {
  console.error(
    'Usage: npm run conformance -- DIR…\n\nDIR has test vectors in the official layout; see docs/conformance.md.',
  )
  process.exit(2)
}
const missing = directories.find((directory) => !existsSync(directory))
if (missing !== undefined) {
  console.error(`There is no folder ${missing}.`)
  process.exit(2)
}
await setUpOrExit()

/** Its counts, or undefined when it broke off. */
function runPreset(preset) {
  return new Promise((resolve) => {
    let counts
    const child = fork(
      join(root, 'test/conformance/runner/main.ts'),
      ['--preset', preset, '--', ...directories],
      {
        execArgv: ['--import', import.meta.resolve('tsx')],
      },
    )
    child.on('message', (message) => {
      counts = message
    })
    child.on('error', () => resolve(undefined))
    child.on('exit', (code) => resolve(code === 0 || code === 1 ? counts : undefined))
  })
}

const total = { passed: 0, failed: 0, checks: 0 }
for (const preset of presets) {
  const counts = await runPreset(preset)
  if (counts === undefined) total.failed += 1
  else for (const key of Object.keys(total)) total[key] += counts[key]
}
if (total.passed + total.failed === 0) {
  console.log(`No test vector was run.`)
  total.failed += 1
}
console.log(`${total.checks} checks compared\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0
