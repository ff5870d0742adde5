import type { Rule } from '../diagnosis.ts'
import type { Evidence, NodeEvidence } from '../evidence.ts'
import { isBehind, lineSinceHead } from '../reading/engine.ts'
import { answeringNodes } from '../reading/nodes.ts'
import { namesOf, verb } from '../reading/words.ts'

/** An execution client finds payloads invalid that the other nodes build on. */
export const engineInvalid: Rule = (evidence) => {
  const refusing = answeringNodes(evidence).flatMap((node) => {
    const texts = refusalsOf(node, evidence)
    return texts.length === 0 ? [] : [{ name: node.name, clients: node.clients, texts }]
  })
  if (refusing.length === 0) return undefined
  const [first] = refusing
  return {
    cause: 'engine-invalid',
    summary: `The execution ${verb(refusing.length, 'client', 'clients')} of ${namesOf(refusing)} ${verb(refusing.length, 'calls', 'call')} payloads invalid that others accept.`,
    evidence: refusing.flatMap(({ texts }) => texts),
    advice: [
      `Compare what it says of the block with another execution client: \`eth-localnet logs ${first?.name}\`.`,
      'If its build or its genesis is the one to be tested, this may be the defect that was looked for; otherwise replace the node.',
    ],
  }
}

function refusalsOf(node: NodeEvidence, evidence: Evidence): string[] {
  const { name, clients, consensus } = node
  const invalid = (consensus.tree ?? []).filter(({ validity }) => validity === 'invalid')
  if (invalid.length > 0) {
    const [newest] = invalid
    return [`${name}: its fork choice has the block ${newest?.root} of slot ${newest?.slot} as invalid.`]
  }
  const said = isBehind(node, evidence) ? lineSinceHead(node, 'invalid-payload', evidence) : undefined
  if (said === undefined) return []
  return [
    `${name}: ${clients.execution} refuses payloads, and the head stays at slot ${consensus.syncing?.headSlot}; ${said.logFile}: ${said.line}`,
  ]
}
