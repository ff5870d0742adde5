import { readHistory } from '../../observe/file/read-history.ts'
import type { RunRecord } from '../../observe/history-record.ts'
import { type AddVerb, addOutputFlags, type Cli } from '../cli.ts'
import { HistoryLines } from '../render/history-lines.ts'

export const addReplay: AddVerb = (program, cli) => {
  const command = program
    .command('replay <history>')
    .description('draw a saved history.jsonl as `up` did; with --json, all its records')
  addOutputFlags(command).action((history: string) => replay(history, cli))
}

/** @throws {HistoryFileError} when the file is damaged; what is before that is drawn. */
async function replay(path: string, { output, outputClosed }: Cli): Promise<void> {
  const lines = new HistoryLines(output.style)
  for await (const record of readHistory(path)) {
    if (outputClosed.aborted) return
    output.event({ event: record.type, ...record })
    if (record.type === 'run') output.print(runText(record))
    output.print(...lines.add(record))
  }
}

function runText({ network, seed, time, nodes, validators, chain, version }: RunRecord): string {
  const { slotDurationMs, slotsPerEpoch } = chain
  return [
    `network ${network}, seed ${seed}`,
    `${nodes.length} nodes, ${validators} validators`,
    `${time} time, slots of ${slotDurationMs} ms, ${slotsPerEpoch} an epoch`,
    `eth-localnet ${version}`,
  ].join(' · ')
}
