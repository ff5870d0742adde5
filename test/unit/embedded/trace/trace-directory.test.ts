import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { TraceError } from '../../../../src/embedded/trace/errors.ts'
import { TraceDirectory } from '../../../../src/embedded/trace/trace-directory.ts'

describe('the folder of a trace', () => {
  let scratch: string
  let path: string

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'eth-localnet-trace-'))
    path = join(scratch, 'run', 'node-0')
  })

  afterEach(() => rmSync(scratch, { recursive: true, force: true }))

  const readSteps = (): unknown => parse(readFileSync(join(path, 'steps.yaml'), 'utf8'))

  it('holds the steps in the order in which they came, as YAML', () => {
    const directory = new TraceDirectory(path)
    const steps = [
      { tick: 1.25 },
      { block: `block_0x${'ab'.repeat(32)}`, valid: true },
      { checks: { time: 2 } },
    ]
    for (const step of steps) directory.writeStep(step)
    directory.close()
    expect(readSteps()).toEqual(steps)
  })

  it('writes a file at once, and steps when it is told to or has many', () => {
    const directory = new TraceDirectory(path)
    directory.writeSsz({ name: 'anchor_state', compressed: Uint8Array.of(1, 2) })
    directory.writeStep({ tick: 1 })
    expect([...readFileSync(join(path, 'anchor_state.ssz_snappy'))]).toEqual([1, 2])
    expect(readSteps()).toBeNull()
    directory.flush()
    expect(readSteps()).toEqual([{ tick: 1 }])
    for (let tick = 0; tick < 10_000; tick++) directory.writeStep({ tick })
    expect((readSteps() as unknown[]).length).toBeGreaterThan(5_000)
  })

  it('never writes over another trace', () => {
    new TraceDirectory(path).close()
    expect(() => new TraceDirectory(path)).toThrow(TraceError)
  })

  it('ends at the limit with what it has, and says so when it is closed', () => {
    const directory = new TraceDirectory(path, 100)
    directory.writeStep({ tick: 1 })
    directory.flush()
    directory.writeFile('large', 'x'.repeat(100))
    directory.writeStep({ tick: 2 })
    expect(() => directory.close()).toThrow('it has reached 100 bytes')
    expect(readdirSync(path)).toEqual(['steps.yaml'])
    expect(readSteps()).toEqual([{ tick: 1 }])
  })

  it('does not throw where the disk fails until it is closed, and writes nothing after a gap', () => {
    const directory = new TraceDirectory(path)
    directory.writeFile('no/such/folder', 'x')
    directory.writeStep({ tick: 1 })
    expect(() => directory.close()).toThrow(TraceError)
    expect(readSteps()).toBeNull()
  })
})
