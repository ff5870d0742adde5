import type { Rule } from '../diagnosis.ts'
import { listOf, verb } from '../reading/words.ts'

/** No process has the network, or none of its nodes runs. */
export const notRunning: Rule = ({ network, nodes }) => {
  const up = nodes.filter(({ state }) => state !== 'stopped')
  if (network.isRunning && up.length > 0) return undefined
  const fatal = nodes.flatMap(({ name, logLines }) =>
    logLines
      .filter(({ topic }) => topic === 'fatal')
      .map(({ logFile, line }) => `${name}, ${logFile}: ${line}`),
  )
  const failed = nodes.filter(({ crash }) => crash !== undefined).map(({ name }) => name)
  return {
    cause: 'not-running',
    summary: network.isRunning
      ? `All nodes of ${network.name} are stopped.`
      : `The network ${network.name} is not running.`,
    evidence: [
      network.isRunning
        ? `${listOf(nodes.map(({ name }) => name))} ${verb(nodes.length, 'is', 'are')} stopped.`
        : `No process has ${network.directory}.`,
      ...(failed.length > 0 ? [`${listOf(failed)} had crashed before.`] : []),
      ...fatal,
    ],
    advice: [
      network.isRunning
        ? 'Start them: `eth-localnet start <node>`.'
        : `Continue it with \`eth-localnet up --dir ${network.directory}\`; what its clients logged is shown by \`eth-localnet logs --dir ${network.directory}\`.`,
    ],
  }
}
