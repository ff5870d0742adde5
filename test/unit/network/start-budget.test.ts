import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { StartBudget } from '../../../src/network/start-budget.ts'
import { useBuiltin } from '../support/builtin.ts'
import { useStateHome } from './support/state-home.ts'

const loadavg = vi.fn(() => [0, 0, 0])
useBuiltin(os, { availableParallelism: () => 2, loadavg })

const place = useStateHome()

beforeEach(() => {
  loadavg.mockReturnValue([0, 0, 0])
})

function ratiosFile(links = 'sockets'): string {
  return join(place.home, `start-ratios-${links}.json`)
}

describe('the time that is allowed', () => {
  it('is, before anything was measured, the CPU time over the cores, with a margin', async () => {
    // (1.5 s fixed + 4 x 6 s over 2 cores) x 1.2 x 1.25 + 1 s
    expect(
      await new StartBudget({ links: 'sockets', nodesCpuMs: [6_000, 6_000, 6_000, 6_000] }).allowMs(),
    ).toBe(21_250)
  })

  it('is at least what one node needs, whose clients start one after the other', async () => {
    expect(await new StartBudget({ links: 'sockets', nodesCpuMs: [6_000] }).allowMs()).toBe(
      (1_500 + 6_000) * 1.2 * 1.25 + 1_000,
    )
  })

  it('is longer on a busy machine', async () => {
    loadavg.mockReturnValue([6, 0, 0])
    expect(await new StartBudget({ links: 'sockets', nodesCpuMs: [6_000] }).allowMs()).toBeCloseTo(
      (1_500 + 6_000) * 1.2 * 3 * 1.25 + 1_000,
    )
  })

  it('is longer by the time in which the nodes dial, and shorter by the one after genesis that is idle', async () => {
    const budget = { links: 'sockets', nodesCpuMs: [500] } as const
    const plainMs = await new StartBudget(budget).allowMs()
    expect(await new StartBudget({ ...budget, dialDelayMs: 700 }).allowMs()).toBe(plainMs + 700)
    expect(await new StartBudget({ ...budget, idleMs: 900 }).allowMs()).toBe(plainMs - 900)
  })

  it('has no margin for nodes in this process, which need the slot of the genesis for nothing else', async () => {
    const budget = { links: 'in-process', nodesCpuMs: [40, 40, 40, 40] } as const
    // (1 s fixed + 4 x 40 ms over 2 cores) x 1.2 x 1.25
    expect(await new StartBudget(budget).allowMs()).toBe(1_620)
    expect(await new StartBudget({ ...budget, idleMs: 1_000 }).allowMs()).toBe(620)
    expect(await new StartBudget({ ...budget, idleMs: 2_000 }).allowMs()).toBe(0)
  })

  it('follows what starts really took: the median of the last five', async () => {
    const budget = new StartBudget({ links: 'sockets', nodesCpuMs: [500] })
    // The estimate is 2 s; one start took 40 s on a busy machine.
    for (const elapsedMs of [200_000, 2_000, 40_000, 4_000, 4_000, 2_000]) await budget.record(elapsedMs)
    expect(JSON.parse(readFileSync(ratiosFile(), 'utf8'))).toEqual([1, 20, 2, 2, 1])
    expect(await budget.allowMs()).toBe(2_000 * 2 * 1.25 + 1_000)
  })
})

describe('the memory of earlier starts', () => {
  it.each(['', '{', '[-1]', '["1"]', '{"a":1}', '[1e9]'])(
    'is begun anew when it is damaged: %j',
    async (text) => {
      mkdirSync(place.home, { recursive: true })
      writeFileSync(ratiosFile(), text)
      const budget = new StartBudget({ links: 'sockets', nodesCpuMs: [500] })
      expect(await budget.allowMs()).toBe(2_000 * 1.2 * 1.25 + 1_000)
      await budget.record(4_000)
      expect(JSON.parse(readFileSync(ratiosFile(), 'utf8'))).toEqual([2])
    },
  )

  it('is kept apart for nodes in this process, which start in another way', async () => {
    await new StartBudget({ links: 'in-process', nodesCpuMs: [1_000] }).record(6_000)
    expect(existsSync(ratiosFile())).toBe(false)
    expect(JSON.parse(readFileSync(ratiosFile('in-process'), 'utf8'))).toEqual([3])
    expect(await new StartBudget({ links: 'sockets', nodesCpuMs: [500] }).allowMs()).toBe(
      2_000 * 1.2 * 1.25 + 1_000,
    )
    expect(await new StartBudget({ links: 'in-process', nodesCpuMs: [1_000] }).allowMs()).toBe(
      2_000 * 3 * 1.25,
    )
  })

  it('is not written by asking', async () => {
    await new StartBudget({ links: 'sockets', nodesCpuMs: [500] }).allowMs()
    expect(existsSync(ratiosFile())).toBe(false)
  })
})
