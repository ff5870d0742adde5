import type { Rule } from '../diagnosis.ts'
import { isCutOffFromEngine, lineSinceHead } from '../reading/engine.ts'
import { activeNodes, mayBeStarting } from '../reading/nodes.ts'
import { namesOf, verb } from '../reading/words.ts'

/** The two clients of a node do not have the same Engine API secret. */
export const jwtWrong: Rule = (evidence) => {
  const expected = activeNodes(evidence).filter((node) => !mayBeStarting(node, evidence))
  const wrong = expected.flatMap((node) => {
    const { engine, name, clients } = node
    if (engine.outcome === 'refused' || engine.outcome === 'no-secret') {
      const text =
        engine.outcome === 'refused'
          ? `${name}: ${clients.execution} refuses a token that is signed with the secret in ${engine.secretFile}.`
          : `${name}: ${engine.secretFile} has no secret in it (${engine.problem}).`
      return [{ name, text }]
    }
    const refusal = lineSinceHead(node, 'refused', evidence)
    if (refusal === undefined || !isCutOffFromEngine(node, evidence)) return []
    const text = `${name}: the Engine API takes the secret in ${engine.secretFile}, but ${clients.consensus} is refused: ${refusal.line}`
    return [{ name, text }]
  })
  if (wrong.length === 0) return undefined
  const [first] = wrong
  return {
    cause: 'jwt-wrong',
    summary: `The clients of ${namesOf(wrong)} do not share one Engine API secret.`,
    evidence: wrong.map(({ text }) => text),
    advice: [
      `Restart ${verb(wrong.length, 'the node', 'the nodes')}, so that both clients read the same file: \`eth-localnet restart ${first?.name}\`.`,
      'If the file is damaged, delete it before the network is started again: a new secret is then drawn.',
    ],
  }
}
