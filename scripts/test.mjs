// `npm test`: installs, builds, gets the clients, runs every test, and closes with `N passed, N failed`.
// The tiers run one after another, the fast ones first; `npm test -- unit` runs the named ones only.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, SetupError, setUp } from './setup.mjs'

const isCi = Boolean(process.env.CI)

function run(command, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    })
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** Real clients are needed by the end-to-end tests: in CI they must be there, elsewhere those are skipped. */
async function haveClients() {
  if ((await run(process.execPath, ['dist/cli.js', 'clients', 'install'])) === 0) return true
  if (isCi) return false
  console.log('The end-to-end tests are skipped: they need Geth and Prysm, or Go to build them (see above).')
  return false
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

try {
  await setUp()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.log(`${error.message}\n0 passed, 1 failed`)
  process.exit(1)
}
const chosen = process.argv.slice(2)
const isAll = chosen.length === 0
const needsClients = isAll || chosen.includes('e2e')
const hasClients = needsClients && (await haveClients())
const projects = isAll ? ['unit', 'integration', ...(hasClients || isCi ? ['e2e'] : [])] : chosen

const scratch = mkdtempSync(join(tmpdir(), 'eth-localnet-test-'))
const countsFile = join(scratch, 'counts.json')
const code = await run(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=./scripts/count-reporter.mjs',
  ],
  { ETH_LOCALNET_TEST_COUNTS: countsFile },
)
const { counts, failures } = readResults(countsFile) ?? {
  counts: { passed: 0, failed: 1, skipped: 0 },
  failures: ['FAILED the test run itself: it left no results'],
}
rmSync(scratch, { recursive: true, force: true })
const failed = counts.failed === 0 && code !== 0 ? 1 : counts.failed
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
for (const failure of failures) console.log(failure)
console.log(`${counts.passed} passed, ${failed} failed${skipped}`)
process.exitCode = failed > 0 ? 1 : 0
