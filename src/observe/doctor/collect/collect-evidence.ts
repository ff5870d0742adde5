import type { Evidence, NodeEvidence, ValidatorEvidence } from '../evidence.ts'
import { type Subject, type SubjectNode, slotAt } from '../subject.ts'
import { askValidators } from './beacon-questions.ts'
import { askFor } from './bounded.ts'
import { collectBlocks } from './collect-blocks.ts'
import { examineConsensus, validatorsAskedMax } from './examine-consensus.ts'
import { examineExecution } from './examine-execution.ts'
import { examineMachine } from './examine-machine.ts'
import { probeEngine } from './probe-engine.ts'
import { readLogLines } from './read-log-lines.ts'

/** States of a node in which something of it may answer. */
const askedIn: readonly NodeEvidence['state'][] = ['running', 'failed', 'unknown']

/**
 * Asks everybody everything, once and all at the same time. Takes a few seconds at most, whoever hangs: no
 * question waits longer than {@link probeTimeoutMs}, and at most four of them for one another. Rejects only when
 * the subject's signal is aborted.
 */
export async function collectEvidence(subject: Subject): Promise<Evidence> {
  const first = slotAt(subject, subject.nowMs())
  const [nodes, machine] = await Promise.all([
    Promise.all(subject.nodes.map((node) => examineNode(subject, node))),
    examineMachine(subject.directory),
  ])
  const [blocks, validators] = await Promise.all([
    collectBlocks(subject, nodes),
    collectValidators(subject, nodes),
  ])
  const { manifest, faults, pastFault, directory, isRunning, startFailure, latenessMs } = subject
  const { genesisTime, genesisValidatorsRoot, genesisBlockRoot, executionBlockHash } = subject
  const { slotDurationMs, slotsPerEpoch } = manifest.chain
  const nowMs = subject.nowMs()
  return {
    network: { name: manifest.name, directory, time: manifest.time, isRunning, startFailure },
    chain: {
      ...{ slotDurationMs, slotsPerEpoch, validatorCount: manifest.validators.count },
      ...{ genesisTime, genesisValidatorsRoot, genesisBlockRoot, executionBlockHash },
    },
    nowMs,
    slots: { first, last: slotAt(subject, nowMs) },
    nodes,
    edges: manifest.edges.map(({ a, b }) => ({ a, b })),
    blocks,
    latenessMs,
    validators,
    machine,
    faults,
    pastFault,
  }
}

async function examineNode(subject: Subject, node: SubjectNode): Promise<NodeEvidence> {
  const { plan, state, crash, unhinderedSinceMs, beaconApi, engineUrl, jwtSecretFile, logFiles } = node
  const isUp = subject.isRunning && askedIn.includes(state)
  const [execution, engine, consensus] = await Promise.all([
    isUp ? examineExecution(subject, node) : {},
    isUp
      ? probeEngine(node, subject)
      : { outcome: 'not-asked' as const, url: engineUrl, secretFile: jwtSecretFile },
    isUp ? examineConsensus(subject, node) : { url: beaconApi.url },
  ])
  return {
    ...{ name: plan.name, state, crash, unhinderedSinceMs, execution, engine, consensus },
    clients: { execution: plan.execution, consensus: plan.consensus },
    held: plan.validators,
    feeRecipient: plan.feeRecipient.toLowerCase(),
    logLines: readLogLines(logFiles),
  }
}

/** As the node with the newest head has them. */
async function collectValidators(
  { manifest, nodes, signal }: Subject,
  evidence: readonly NodeEvidence[],
): Promise<ValidatorEvidence[] | undefined> {
  if (manifest.validators.count > validatorsAskedMax) return undefined
  const withHead = evidence.filter(({ consensus }) => consensus.head !== undefined)
  const [newest] = withHead.sort((a, b) => (b.consensus.head?.slot ?? 0) - (a.consensus.head?.slot ?? 0))
  const api = nodes.find(({ plan }) => plan.name === newest?.name)?.beaconApi
  return api && askFor((options) => askValidators(api, options), { signal })
}
