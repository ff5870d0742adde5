import { compareChecks } from './compare-checks.ts'
import { ConformanceError } from './conformance-error.ts'
import type { VectorCase } from './find-cases.ts'
import { readSteps, type Step } from './steps.ts'
import { VectorNode } from './vector-node.ts'

export interface CaseResult {
  readonly steps: number
  /** Single values that were compared. */
  readonly checks: number
}

/**
 * Lets a node live through the steps of a case.
 *
 * @throws {ConformanceError} when it differs anywhere, when nothing was compared, or the case cannot be run.
 */
export async function runCase(vector: VectorCase): Promise<CaseResult> {
  const steps = readSteps(vector.directory)
  const node = VectorNode.open(vector)
  let checks = 0
  for (const [index, step] of steps.entries()) {
    try {
      if ('checks' in step) checks += compareChecks(node.chain, step.checks)
      else await doStep(node, step)
    } catch (error) {
      if (!(error instanceof ConformanceError)) throw error
      throw new ConformanceError(`Step ${index}: ${error.shortMessage}`, error.metaMessages)
    }
  }
  if (checks === 0) throw new ConformanceError('It checks nothing.')
  return { steps: steps.length, checks }
}

type ActionStep = Exclude<Step, { checks: unknown }>

async function doStep(node: VectorNode, step: ActionStep): Promise<void> {
  if ('payload_status' in step) {
    node.engine.setStatus(step.block_hash, step.payload_status)
    return
  }
  const refusal = await attempt(node, step)
  if (step.valid && refusal !== undefined) {
    throw new ConformanceError(`${JSON.stringify(step)} was refused.`, [refusal])
  }
  if (!step.valid && refusal === undefined) {
    throw new ConformanceError(`${JSON.stringify(step)} was taken, although it is not valid.`)
  }
}

/** @returns why it was refused, or undefined. */
async function attempt(
  node: VectorNode,
  step: Exclude<ActionStep, { payload_status: unknown }>,
): Promise<string | undefined> {
  if ('tick' in step) return node.tick(step.tick)
  if ('block' in step) return node.importBlock(step)
  if ('attestation' in step) return node.importAttestation(step.attestation)
  return node.importAttesterSlashing(step.attester_slashing)
}
