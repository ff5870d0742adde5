import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../unit/binaries/temporary-directory.ts'

const program = fileURLToPath(new URL('check-long-history.ts', import.meta.url))
/** All records of the run would take more than twice as much. */
const heapMbMax = 64

test('a history of 100,000 slots is recorded, read and checked in a heap that has no room for it', async () => {
  using directory = temporaryDirectory()
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`--max-old-space-size=${heapMbMax}`, '--import', 'tsx', program, directory.path, '99999'],
    { timeout: 120_000 },
  )
  const { kept, verdicts } = JSON.parse(stdout)
  expect(kept).toBeLessThanOrEqual(16_384 + 4_096)
  expect(verdicts).toEqual({
    'finality-agrees': 'pass',
    'finality-stays': 'pass',
    'no-reorg-past-finality': 'pass',
    'no-equivocation': 'pass',
    // There are no samples in it.
    'execution-follows': 'unknown',
    'heads-agree': 'pass',
    'finality-advances': 'pass',
    participation: 'pass',
    'missed-slots': 'pass',
    reorgs: 'pass',
  })
}, 130_000)
