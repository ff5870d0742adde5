import type { NetworkStatus, NodeStatus } from '../../control/protocol.ts'
import { shortRoot } from '../../network/errors.ts'
import type { Output } from '../output.ts'
import { nodeTable } from './ready-text.ts'
import { table } from './table.ts'

/** A network and what each of its nodes says, for a person. */
export function statusText(status: NetworkStatus, style: Output['style']): string[] {
  const { name, state, slot, epoch, seed, directory, nodes } = status
  const problems = nodes.flatMap((node) => (node.problem === null ? [] : [`${node.name}: ${node.problem}`]))
  return [
    `${style('bold', name)} is ${state}: slot ${slot}, epoch ${epoch}, seed ${seed}`,
    style('dim', directory),
    '',
    ...table(
      ['NODE', 'STATE', 'HEAD', 'ROOT', 'JUSTIFIED', 'FINALIZED', 'PEERS EL', 'PEERS CL', 'PIDS'],
      nodes.map(row),
      style,
    ),
    ...(problems.length > 0 ? ['', ...problems.map((problem) => style('yellow', problem))] : []),
    '',
    ...nodeTable(status, style),
  ]
}

function row({ name, state, head, justified, finalized, peers, processes }: NodeStatus): string[] {
  return [
    name,
    state,
    numberText(head?.slot),
    shortRoot(head?.root),
    numberText(justified),
    numberText(finalized),
    numberText(peers?.execution.length),
    numberText(peers?.consensus.length),
    processes.map(({ pid }) => pid).join(' ') || '-',
  ]
}

function numberText(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : String(value)
}
