import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    const directory = TraceDirectory.create(path)
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
    const directory = TraceDirectory.create(path)
    directory.writeSsz({ name: 'anchor_state', compressed: Uint8Array.of(1, 2) })
    directory.writeStep({ tick: 1 })
    expect([...readFileSync(join(path, 'anchor_state.ssz_snappy'))]).toEqual([1, 2])
    expect(readSteps()).toBeNull()
    directory.flush()
    expect(readSteps()).toEqual([{ tick: 1 }])
    for (let tick = 0; tick < 100; tick++) directory.writeStep({ tick, padding: ' '.repeat(1_000) })
    expect((readSteps() as unknown[]).length).toBeGreaterThan(60)
  })

  it('stands beside an older trace', () => {
    for (const tick of [1, 2, 3]) {
      const directory = TraceDirectory.create(path)
      directory.writeStep({ tick })
      directory.close()
    }
    expect(readSteps()).toEqual([{ tick: 1 }])
    expect(readdirSync(join(scratch, 'run'))).toEqual(['node-0', 'node-0.2', 'node-0.3'])
  })

  it('cannot be made where there is a file', () => {
    writeFileSync(join(scratch, 'run'), '')
    expect(() => TraceDirectory.create(path)).toThrow(TraceError)
  })

  it('ends at the limit with what it has, and says so when it is closed', () => {
    const directory = TraceDirectory.create(path, 100)
    directory.writeStep({ tick: 1 })
    directory.flush()
    directory.writeFile('large', 'x'.repeat(100))
    directory.writeStep({ tick: 2 })
    expect(() => directory.close()).toThrow('it has reached 100 bytes')
    expect(readdirSync(path)).toEqual(['steps.yaml'])
    expect(readSteps()).toEqual([{ tick: 1 }])
  })

  it('does not throw where the disk fails until it is closed, and writes nothing after a gap', () => {
    const directory = TraceDirectory.create(path)
    directory.writeFile('no/such/folder', 'x')
    directory.writeStep({ tick: 1 })
    expect(() => directory.close()).toThrow(TraceError)
    expect(readSteps()).toBeNull()
  })
})
