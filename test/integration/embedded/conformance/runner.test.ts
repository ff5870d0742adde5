import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { compress, uncompress } from 'snappyjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { findCases, type VectorCase } from '../../../conformance/runner/find-cases.ts'
import { activateVectorPreset } from '../../../conformance/runner/vector-preset.ts'

activateVectorPreset('minimal')
const { runCase } = await import('../../../conformance/runner/run-case.ts')

const conformance = join(import.meta.dirname, '../../../conformance')
const casePath = 'minimal/electra/fork_choice/on_block/pyspec_tests/proposer_boost'

type RawStep = Record<string, unknown> & { checks?: Record<string, unknown> }

describe('the runner of test vectors', () => {
  let scratch: string
  let directory: string

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'eth-localnet-conformance-'))
    directory = join(scratch, 'tests', casePath)
    cpSync(join(conformance, 'vectors', casePath), directory, { recursive: true })
  })

  afterEach(() => rmSync(scratch, { recursive: true, force: true }))

  function changeSteps(change: (steps: RawStep[]) => unknown): void {
    const file = join(directory, 'steps.yaml')
    const steps = parse(readFileSync(file, 'utf8')) as RawStep[]
    const changed = change(steps)
    writeFileSync(file, stringify(Array.isArray(changed) ? changed : steps))
  }

  function onlyCase(): VectorCase {
    const [found] = findCases(scratch)
    if (found === undefined) throw new RangeError('There is no case.')
    return found
  }

  it('passes the case as it is, wherever the layout begins', async () => {
    for (const folder of [
      scratch,
      join(scratch, 'tests'),
      join(scratch, 'tests/minimal/electra'),
      directory,
    ]) {
      expect(findCases(folder).map(({ fork, name }) => [fork, name])).toEqual([['electra', 'proposer_boost']])
    }
    expect(await runCase(onlyCase())).toEqual({ steps: 13, checks: 31 })
  })

  const differences: [check: string, value: unknown][] = [
    ['time', 7],
    ['head', { slot: 0, root: `0x${'11'.repeat(32)}` }],
    ['justified_checkpoint', { epoch: 1, root: `0x${'11'.repeat(32)}` }],
    ['finalized_checkpoint', { epoch: 1, root: `0x${'11'.repeat(32)}` }],
    ['proposer_boost_root', `0x${'11'.repeat(32)}`],
    ['genesis_time', 7],
    ['get_proposer_head', `0x${'11'.repeat(32)}`],
    ['should_override_forkchoice_update', { validator_is_connected: false, result: true }],
    ['viable_for_head_roots_and_weights', [{ root: `0x${'11'.repeat(32)}`, weight: 1 }]],
    ['unrealized_justified_checkpoint', { epoch: 1, root: `0x${'11'.repeat(32)}` }],
    ['unrealized_finalized_checkpoint', { epoch: 1, root: `0x${'11'.repeat(32)}` }],
  ]

  it.each(differences)('fails where %s differs', async (check, value) => {
    changeSteps((steps) => steps.push({ checks: { [check]: value } }))
    await expect(runCase(onlyCase())).rejects.toThrow(`Step 13: ${check} differs.`)
  })

  it('fails for a check, a step or a part of a step that it does not know', async () => {
    for (const step of [{ checks: { weather: 1 } }, { leap: 1 }, { tick: 100, twice: true }]) {
      changeSteps((steps) => [...steps.slice(0, 13), step])
      await expect(runCase(onlyCase())).rejects.toThrow('Step 13 is not one of the format')
    }
  })

  it('fails for a case that checks nothing', async () => {
    changeSteps((steps) => steps.filter(({ checks }) => checks === undefined))
    await expect(runCase(onlyCase())).rejects.toThrow('It checks nothing.')
  })

  it('fails where a block is refused that is valid, and the other way round', async () => {
    changeSteps((steps) => {
      for (const step of steps) if ('block' in step) step.valid = false
    })
    await expect(runCase(onlyCase())).rejects.toThrow('was taken, although it is not valid')
    changeSteps((steps) => {
      for (const step of steps) if ('block' in step) step.valid = true
    })
    spoilSignature()
    await expect(runCase(onlyCase())).rejects.toThrow('one of the signatures in it is wrong')
  })

  /** Of the first block. */
  function spoilSignature(): void {
    changeSteps((steps) => {
      const { block } = steps.find((step) => 'block' in step) ?? {}
      const file = join(directory, `${String(block)}.ssz_snappy`)
      const bytes = uncompress(new Uint8Array(readFileSync(file)))
      // Another point of the group: the sign bit.
      bytes[4] = (bytes[4] ?? 0) ^ 0x20
      writeFileSync(file, compress(bytes))
    })
  }

  it('fails for a folder without a case, and one whose case is empty', () => {
    const empty = mkdtempSync(join(scratch, 'empty-'))
    expect(() => findCases(empty)).toThrow('There is no fork choice test in')
    expect(() => findCases(join(scratch, 'nowhere'))).toThrow('There is no folder')
    mkdirSync(join(empty, 'minimal/electra/fork_choice/get_head/pyspec_tests/hollow'), { recursive: true })
    expect(findCases(empty)).toMatchObject([{ name: 'hollow' }])
  })

  it('prints a line for each case and its checks, and exits with 1 when one fails', async () => {
    const run = () =>
      execa(
        'node',
        ['--import', 'tsx', join(conformance, 'runner/main.ts'), '--preset', 'minimal', scratch],
        {
          reject: false,
        },
      )
    const passed = await run()
    expect(passed).toMatchObject({ exitCode: 0 })
    expect(passed.stdout).toBe(
      'ok   minimal/electra/fork_choice/on_block/proposer_boost: 13 steps, 31 checks',
    )
    changeSteps((steps) => steps.push({ checks: { genesis_time: 7 } }))
    const failed = await run()
    expect(failed).toMatchObject({ exitCode: 1 })
    expect(failed.stdout).toContain('FAIL minimal/electra/fork_choice/on_block/proposer_boost')
  })
})
