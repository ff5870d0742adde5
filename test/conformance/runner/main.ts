// Runs the cases of one preset: the libraries' constants are global to a process. See scripts/conformance.mjs.
import { parseArgs } from 'node:util'
import { BaseError } from '../../../src/errors.ts'
import { findCases, type VectorCase } from './find-cases.ts'
import { activateVectorPreset } from './vector-preset.ts'

const { values, positionals } = parseArgs({
  options: { preset: { type: 'string' } },
  allowPositionals: true,
})
const cases = positionals.flatMap(findCases).filter(({ preset }) => preset === values.preset)
const [first] = cases
if (first !== undefined) activateVectorPreset(first.preset)
// Everything of @lodestar comes after its preset.
const { runCase } = await import('./run-case.ts')

const total = { passed: 0, failed: 0, checks: 0 }
for (const vector of cases) await report(vector)
process.send?.(total)
process.exitCode = total.failed > 0 ? 1 : 0

/** One line for each case; the reason below it when it fails. */
async function report(vector: VectorCase): Promise<void> {
  const { preset, fork, runner, handler, name } = vector
  const title = [preset, fork, runner, handler, name].join('/')
  try {
    const { steps, checks } = await runCase(vector)
    total.passed += 1
    total.checks += checks
    console.log(`ok   ${title}: ${steps} steps, ${checks} checks`)
  } catch (error) {
    total.failed += 1
    console.log(`FAIL ${title}\n${describe(error).replaceAll(/^/gm, '       ')}`)
  }
}

function describe(error: unknown): string {
  if (error instanceof BaseError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
