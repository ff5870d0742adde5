import type { Rule } from '../diagnosis.ts'
import type { ForkEvidence } from '../evidence.ts'
import { namesOf, verb } from '../reading/words.ts'

/** Consensus clients disagree on when which fork begins, so that they part there at the latest. */
export const forkScheduleMismatch: Rule = ({ nodes }) => {
  const schedules = nodes.flatMap(({ name, consensus: { forkSchedule } }) =>
    forkSchedule === undefined ? [] : [{ name, text: scheduleText(forkSchedule) }],
  )
  const texts = [...new Set(schedules.map(({ text }) => text))]
  if (texts.length < 2) return undefined
  const byText = texts.map((text) => ({ text, nodes: schedules.filter((one) => one.text === text) }))
  const [most, ...others] = byText.sort((a, b) => b.nodes.length - a.nodes.length)
  const odd = others.flatMap((other) => other.nodes)
  return {
    cause: 'fork-schedule-mismatch',
    summary: `${namesOf(odd)} ${verb(odd.length, 'has', 'have')} another fork schedule than ${namesOf(most?.nodes ?? [])}.`,
    evidence: byText.map((one) => `${namesOf(one.nodes)}: ${one.text}.`),
    advice: [
      'Give all consensus clients the same `config.yaml` (it is in the network’s directory), and restart those that were given another: `eth-localnet restart <node>`.',
    ],
  }
}

/** Forks of one epoch take effect together, so the last of them says all. */
function scheduleText(schedule: readonly ForkEvidence[]): string {
  const last = new Map(schedule.map(({ epoch, version }) => [epoch, version]))
  return [...last].map(([epoch, version]) => `version ${version} from epoch ${epoch}`).join(', ')
}
