import type { NetworkDescription } from '../../control/protocol.ts'
import { countOf } from '../../plan/count-of.ts'
import type { Output } from '../output.ts'
import { seconds } from '../up/stage-display.ts'
import { table } from './table.ts'

const accountsShown = 3
const weiPerEther = 10n ** 18n

/** All that a person needs to use a network that is up. */
export function readyText(
  network: NetworkDescription & { readonly startMs: number },
  { style, hint }: { style: Output['style']; hint: string },
): string[] {
  return [
    '',
    `  ${style(['bold', 'green'], network.name)} is up after ${seconds(network.startMs)}: ${chainText(network)}`,
    '',
    ...accountLines(network, style),
    '',
    ...nodeTable(network, style).map((line) => `  ${line}`),
    '',
    `  ${style('dim', 'Chain id ')}  ${network.chainId}`,
    `  ${style('dim', 'Seed     ')}  ${network.seed}`,
    `  ${style('dim', 'Directory')}  ${network.directory}`,
    `  ${style('dim', 'Stop     ')}  ${hint}`,
    '',
  ]
}

function chainText({ nodes, slotDurationMs, slotsPerEpoch }: NetworkDescription): string {
  const validators = nodes.reduce((sum, node) => sum + node.validators, 0)
  const slot = `slots of ${slotDurationMs / 1000} s, ${slotsPerEpoch} an epoch`
  return `${countOf(nodes.length, 'node')}, ${countOf(validators, 'validator')}, ${slot}`
}

function accountLines({ accounts }: NetworkDescription, style: Output['style']): string[] {
  const [first] = accounts
  if (first === undefined) return ['  No prefunded accounts']
  const ether = BigInt(first.balanceWei) / weiPerEther
  const left = accounts.length - accountsShown
  return [
    `  ${countOf(accounts.length, 'account')} with ${ether} ether, for tests only`,
    ...accounts
      .slice(0, accountsShown)
      .map(({ address, privateKey }) => `  ${address}  ${style('dim', privateKey)}`),
    ...(left > 0 ? [`  and ${left} more: see \`eth-localnet status --json\``] : []),
  ]
}

/** The addresses of every node, for `up` and `status`. */
export function nodeTable({ nodes }: Pick<NetworkDescription, 'nodes'>, style: Output['style']): string[] {
  return table(
    ['NODE', 'CLIENTS', 'RPC', 'BEACON API', 'VALIDATORS'],
    nodes.map(({ name, execution, consensus, validators }) => [
      name,
      execution.client === consensus.client ? execution.client : `${execution.client}/${consensus.client}`,
      execution.rpcUrl,
      consensus.apiUrl,
      String(validators),
    ]),
    style,
  )
}
