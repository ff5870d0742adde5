import type { Rule } from '../diagnosis.ts'
import type { CrashEvidence } from '../evidence.ts'
import { listOf } from '../reading/words.ts'

const linesShown = 6
/** Crashes of which the last lines are shown: of more, one says as much as all. */
const crashesShown = 3

/** A client ended without being asked to, or did so before it was up. */
export const clientCrashed: Rule = ({ nodes, network: { startFailure } }) => {
  const crashes: (CrashEvidence & { readonly node: string })[] = nodes.flatMap(({ name, crash }) =>
    crash === undefined ? [] : [{ ...crash, node: name }],
  )
  if (startFailure?.title !== undefined) {
    const { title, message, lastLines, logFile = 'unknown' } = startFailure
    crashes.push({ title, reason: message, lastLines, logFile, node: title.split(' ')[0] ?? title })
  }
  if (crashes.length === 0) return undefined
  const titles = [...new Set(crashes.map(({ title }) => title))]
  const restarts = [...new Set(crashes.map(({ node }) => `\`eth-localnet start ${node}\``))]
  return {
    cause: 'client-crashed',
    summary: `${listOf(titles)} crashed.`,
    evidence: crashes.flatMap(({ title, reason, lastLines, logFile }, index) => [
      `${title}: ${reason}.`.replace(/\.\.$/, '.'),
      ...(lastLines.length === 0 || index >= crashesShown
        ? []
        : [`Its last lines, in ${logFile}:`, ...lastLines.slice(-linesShown).map((line) => `  | ${line}`)]),
    ]),
    advice: [
      'Its last lines say why, if it knew; end what is in its way.',
      // What takes all of them down at once may be what they all live in, which nothing but a new start brings back.
      startFailure !== undefined || nodes.every(({ crash }) => crash !== undefined)
        ? 'Then start the network again: `eth-localnet up`.'
        : `Start it again on its own data: ${listOf(restarts)}.`,
    ],
  }
}
