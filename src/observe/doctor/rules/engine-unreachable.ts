import type { Rule } from '../diagnosis.ts'
import type { Evidence, NodeEvidence } from '../evidence.ts'
import { isBehind, isCutOffFromEngine, lineSinceHead } from '../reading/engine.ts'
import { mayBeStarting } from '../reading/nodes.ts'
import { namesOf } from '../reading/words.ts'

/** A consensus client has no execution client to ask. */
export const engineUnreachable: Rule = (evidence) => {
  const { nodes, network } = evidence
  const cutOff = network.isRunning
    ? nodes.flatMap((node) => {
        const text = problemOf(node, evidence)
        return text === undefined ? [] : [{ name: node.name, text }]
      })
    : []
  if (cutOff.length === 0) return undefined
  const [first] = cutOff
  return {
    cause: 'engine-unreachable',
    summary: `The Engine API of ${namesOf(cutOff)} cannot be reached.`,
    evidence: cutOff.map(({ text }) => text),
    advice: [
      `See what the execution client logged: \`eth-localnet logs ${first?.name}\`.`,
      `Restart the node, both of its clients: \`eth-localnet restart ${first?.name}\`.`,
    ],
  }
}

function problemOf(node: NodeEvidence, evidence: Evidence): string | undefined {
  const { name, state, engine, clients, consensus } = node
  if (state !== 'running' && state !== 'unknown' && state !== 'failed') return undefined
  // Where neither of its clients answers, the node hangs.
  if (consensus.syncing === undefined || mayBeStarting(node, evidence)) return undefined
  if (engine.outcome === 'unreachable') return `${name}: ${engine.problem}.`
  if (engine.outcome !== 'answered') return undefined
  const headText = `and its head stays at slot ${consensus.syncing.headSlot}, though ${engine.url} answers us`
  if (isCutOffFromEngine(node, evidence)) {
    return `${name}: ${clients.consensus} says that its execution client is offline, ${headText}.`
  }
  const said = isBehind(node, evidence) ? lineSinceHead(node, 'no-answer', evidence) : undefined
  return said && `${name}: ${clients.consensus} gets no answer, ${headText}; ${said.logFile}: ${said.line}`
}
