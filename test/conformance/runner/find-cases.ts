import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { ConformanceError } from './conformance-error.ts'

/** A folder with the vectors of one test. */
export interface VectorCase {
  readonly preset: 'minimal' | 'mainnet'
  readonly fork: string
  /** `fork_choice`, or `sync` for optimistic sync, which has the same format. */
  readonly runner: string
  readonly handler: string
  readonly name: string
  readonly directory: string
}

/** Test formats whose cases are steps on a fork choice store. */
const runners = new Set(['fork_choice', 'sync'])
const presets = new Set(['minimal', 'mainnet'])

/** PRESET/FORK/RUNNER/HANDLER/SUITE/CASE (consensus-specs, `tests/formats/README.md`). */
const caseDepth = 6

/**
 * All cases under a folder, which may be any level of the official layout, or lie above it (`tests/…`).
 *
 * @throws {ConformanceError} when there is none, or a folder has a case whose preset is not known.
 */
export function findCases(directory: string): VectorCase[] {
  const top = resolve(directory)
  if (!existsSync(top) || !statSync(top).isDirectory()) {
    throw new ConformanceError(`There is no folder ${top}.`)
  }
  const cases = foldersIn(top)
    .filter(isCase)
    .map(describeCase)
    .filter(({ runner }) => runners.has(runner))
    .sort((a, b) => (a.directory < b.directory ? -1 : 1))
  if (cases.length > 0) return cases
  throw new ConformanceError(`There is no fork choice test in ${top}.`, [
    'The layout is PRESET/FORK/fork_choice/HANDLER/SUITE/CASE/steps.yaml; docs/conformance.md tells how to make some.',
  ])
}

function foldersIn(directory: string): string[] {
  const children = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [directory, ...children.flatMap(({ name }) => foldersIn(join(directory, name)))]
}

/** A suite's folders are cases even when they are empty: an empty one must not pass unnoticed. */
function isCase(directory: string): boolean {
  if (existsSync(join(directory, 'steps.yaml'))) return true
  const parts = directory.split(sep)
  return presets.has(parts.at(-caseDepth) ?? '') && runners.has(parts.at(-4) ?? '')
}

function describeCase(directory: string): VectorCase {
  const [preset, fork = '', runner = '', handler = '', , name = ''] = directory.split(sep).slice(-caseDepth)
  if (preset === 'minimal' || preset === 'mainnet') return { preset, fork, runner, handler, name, directory }
  throw new ConformanceError(`${directory} is not in the official layout.`, [
    'It has steps.yaml, but is not at PRESET/FORK/RUNNER/HANDLER/SUITE/CASE.',
  ])
}
