import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { activatePreset } from '../../../../src/genesis/preset.ts'
import type { VectorCase } from '../../../conformance/runner/find-cases.ts'
import { testManifest } from '../support/test-manifest.ts'

const manifest = testManifest({ forks: { deneb: 0, electra: 2, fulu: 4 } })
activatePreset(manifest.chain)
const { ChainBuilder } = await import('../support/chain-builder.ts')
const { liveRandomly } = await import('./random-life.ts')
const { runCase } = await import('../../../conformance/runner/run-case.ts')

const scratch = mkdtempSync(join(tmpdir(), 'eth-localnet-trace-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Step {
  readonly tick?: number
  readonly attestation?: string
  readonly block?: string
  readonly attester_slashing?: string
  readonly checks?: { readonly time: number; readonly viable_for_head_roots_and_weights?: unknown }
}

describe("the trace of a node's life", async () => {
  const directory = join(scratch, 'node-0')
  const builder = await ChainBuilder.create(manifest)
  const chain = await liveRandomly({ builder, directory, slots: 80, seed: 51, troublePercent: 30 })
  const steps = parse(readFileSync(join(directory, 'steps.yaml'), 'utf8')) as Step[]
  const vector: VectorCase = {
    preset: 'minimal',
    fork: 'deneb',
    runner: 'fork_choice',
    handler: 'trace',
    name: 'node-0',
    directory,
  }

  it('has something of everything', () => {
    expect(chain.forkChoice.finalizedCheckpoint.epoch).toBeGreaterThan(2)
    for (const kind of ['tick', 'attestation', 'block', 'attester_slashing'] as const) {
      expect(steps.filter((step) => kind in step).length, kind).toBeGreaterThan(0)
    }
  })

  it('has checks after every block and slashing, and at every slot the weights of all heads', () => {
    const slots = new Set<number>()
    for (const [index, step] of steps.entries()) {
      if (step.checks?.viable_for_head_roots_and_weights !== undefined) {
        slots.add(builder.time.slotAt(step.checks.time * 1000))
      }
      if (step.block !== undefined || step.attester_slashing !== undefined) {
        expect(steps[index + 1]?.checks, `step ${index}`).toBeDefined()
      }
    }
    // A tick that is followed by votes brought these in: the node itself has slept through its slot.
    const lived = steps.filter(
      ({ tick }, index) => tick !== undefined && steps[index + 1]?.attestation === undefined,
    )
    expect(slots.size).toBeGreaterThan(40)
    expect(slots).toEqual(
      new Set(lived.map(({ tick = 0 }) => builder.time.slotAt(tick * 1000)).filter(Boolean)),
    )
  })

  it('is lived through in the same way by another node', async () => {
    const checks = steps.reduce((sum, step) => sum + Object.keys(step.checks ?? {}).length, 0)
    expect(await runCase(vector)).toEqual({ steps: steps.length, checks })
  })

  it('is not when a vote is taken out of it', async () => {
    const last = steps.findLastIndex(({ attestation }) => attestation !== undefined)
    const spoiled = steps.filter((_, index) => index !== last)
    expect(await outcomeOf(spoiled)).toMatch(/viable_for_head_roots_and_weights|head/)
  })

  async function outcomeOf(changed: Step[]): Promise<string> {
    const file = join(directory, 'steps.yaml')
    const original = readFileSync(file)
    writeFileSync(file, JSON.stringify(changed))
    try {
      await runCase(vector)
      return 'passed'
    } catch (error) {
      return String(error)
    } finally {
      writeFileSync(file, original)
    }
  }
})
