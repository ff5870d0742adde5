import type { Rule } from '../diagnosis.ts'
import { activeNodes, mayBeStarting } from '../reading/nodes.ts'
import { namesOf, verb } from '../reading/words.ts'

/** A client runs, but its API does not answer in time. */
export const notAnswering: Rule = (evidence) => {
  const expected = activeNodes(evidence).filter((node) => !mayBeStarting(node, evidence))
  const silent = expected.flatMap(({ name, clients, consensus, execution }) => [
    ...(consensus.problem === undefined
      ? []
      : [{ name, text: `${name}, ${clients.consensus}: ${consensus.problem}.` }]),
    ...(execution.problem === undefined
      ? []
      : [{ name, text: `${name}, ${clients.execution}: ${execution.problem}.` }]),
  ])
  if (silent.length === 0) return undefined
  const names = [...new Set(silent.map(({ name }) => name))].map((name) => ({ name }))
  const { load, cores } = evidence.machine
  return {
    cause: 'not-answering',
    summary: `${namesOf(names)} ${verb(names.length, 'runs', 'run')}, but ${verb(names.length, 'does', 'do')} not answer.`,
    evidence: [
      ...silent.map(({ text }) => text),
      `The machine’s load is ${load.toFixed(1)} on ${cores} ${verb(cores, 'core', 'cores')}.`,
    ],
    advice: [
      'If the load is above the number of cores, the machine is too busy: fewer nodes or longer slots help.',
      `Otherwise the client hangs: \`eth-localnet logs ${names[0]?.name}\`, then \`eth-localnet restart ${names[0]?.name}\`.`,
    ],
  }
}
