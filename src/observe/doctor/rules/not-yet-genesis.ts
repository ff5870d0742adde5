import type { Rule } from '../diagnosis.ts'
import { secondsText } from '../reading/words.ts'

/** The chain has not begun. */
export const notYetGenesis: Rule = ({ chain, nowMs, network }) => {
  const untilMs = chain.genesisTime * 1000 - nowMs
  if (untilMs <= 0 || !network.isRunning) return undefined
  return {
    cause: 'not-yet-genesis',
    summary: `Genesis is still to come, in ${secondsText(untilMs)}.`,
    evidence: [
      `Genesis is at ${new Date(chain.genesisTime * 1000).toISOString()}, and it is ${new Date(nowMs).toISOString()}.`,
    ],
    advice: ['Wait: there are no blocks before genesis.'],
  }
}
