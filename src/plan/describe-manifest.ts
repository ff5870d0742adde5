import { countOf } from './count-of.ts'
import { activeForks } from './forks.ts'
import type { AccountPlan, ChainPlan, Manifest, NodePlan } from './manifest.ts'
import { virtualGenesisTime } from './time.ts'

const maxEdgesShown = 40
const maxPeersShown = 6
const gweiPerEther = 1_000_000_000
const weiPerEther = 10n ** 18n

/** A manifest for a person to read: parameters, nodes and edges in aligned columns. Shows no secrets. */
export function describeManifest(manifest: Manifest): string {
  return [
    ...columns(parameterRows(manifest)),
    '',
    ...columns([nodeHeader, ...manifest.nodes.map((node) => nodeRow(node, manifest))]),
    '',
    ...edgeLines(manifest),
  ].join('\n')
}

function parameterRows(manifest: Manifest): string[][] {
  const { chain, validators } = manifest
  return [
    ['Network', manifest.name],
    ['Seed', `${manifest.seed}`],
    ['Time', manifest.time],
    ['Chain id', `${chain.chainId}`],
    ['Preset', chain.preset],
    ['Forks', forkText(chain)],
    ['Slot', `${chain.slotDurationMs} ms`],
    ['Epoch', `${chain.slotsPerEpoch} slots, ${(chain.slotDurationMs * chain.slotsPerEpoch) / 1000} s`],
    ['Sync committee period', countOf(chain.epochsPerSyncCommitteePeriod, 'epoch')],
    ['Seed lookahead', countOf(chain.minSeedLookahead, 'epoch')],
    ['Genesis', genesisText(manifest)],
    [
      'Validators',
      `${validators.count} with ${validators.balanceGwei / gweiPerEther} ETH, ${validators.keys.kind} keys`,
    ],
    ['Accounts', accountText(manifest.accounts)],
  ]
}

function forkText({ forks }: ChainPlan): string {
  return activeForks(forks)
    .map((fork) => `${fork} at epoch ${forks[fork]}`)
    .join(', ')
}

function genesisText({ chain, time }: Manifest): string {
  const genesisTime = chain.genesisTime ?? (time === 'virtual' ? virtualGenesisTime : undefined)
  if (genesisTime === undefined) return 'chosen at start'
  return `${new Date(genesisTime * 1000).toISOString()} (${genesisTime})`
}

function accountText(accounts: readonly AccountPlan[]): string {
  const [first] = accounts
  if (first === undefined) return 'none'
  return `${accounts.length} with ${BigInt(first.balanceWei) / weiPerEther} ether`
}

const nodeHeader = [
  'NODE',
  'EXECUTION',
  'CONSENSUS',
  'VALIDATORS',
  'RPC',
  'BEACON API',
  'P2P ADDRESS',
  'PEERS',
]

function nodeRow(node: NodePlan, manifest: Manifest): string[] {
  return [
    node.name,
    node.execution,
    node.consensus,
    validatorText(node.validators),
    `${node.ports.executionRpc}`,
    `${node.ports.consensusApi}`,
    `${node.address} ${node.ports.executionP2p}, ${node.ports.consensusP2p}`,
    peerText(node.name, manifest),
  ]
}

function validatorText({ first, count }: NodePlan['validators']): string {
  if (count === 0) return 'none'
  return count === 1 ? `${first} (1)` : `${first}-${first + count - 1} (${count})`
}

function peerText(name: string, { edges }: Manifest): string {
  const own = edges.filter(({ a, b }) => a === name || b === name)
  if (own.length === 0) return 'none'
  const peers = own.map(({ a, b }) => (a === name ? b : a))
  const shown = peers.slice(0, maxPeersShown).join(' ')
  return peers.length > maxPeersShown ? `${shown} and ${peers.length - maxPeersShown} more` : shown
}

function edgeLines({ edges }: Manifest): string[] {
  if (edges.length === 0) return ['No edges']
  const shown = edges.slice(0, maxEdgesShown)
  const rows = shown.map(({ a, b, links, address }) => [a, b, links.execution, links.consensus, address])
  const left = edges.length - rows.length
  return [
    ...columns([['EDGE', `(${edges.length})`, 'EXECUTION', 'CONSENSUS', 'PROXY ADDRESS'], ...rows]),
    ...(left > 0 ? [`and ${left} more`] : []),
  ]
}

/** Rows with each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
