import { join } from 'node:path'
import { enodeUrl } from '../plan/identity.ts'
import type { NodeContext, ProcessClient } from './client.ts'
import { gethBinaries } from './geth-binaries.ts'
import { allReady, httpAnswers } from './probes.ts'

/** Go Ethereum, https://geth.ethereum.org/docs */
export const geth: ProcessClient = {
  kind: 'process',
  capabilities: {
    name: 'geth',
    layer: 'execution',
    forks: ['deneb', 'electra', 'fulu'],
    presets: ['mainnet', 'minimal'],
    links: ['sockets'],
    times: ['real'],
    slotDuration: { minMs: 1_000, multipleOfMs: 1_000 },
    slotsPerEpoch: { min: 1, max: 64 },
    defaults: { slotDurationMs: 1_000, slotsPerEpoch: 8 },
  },
  binaries: gethBinaries,
  startCpuMs: 2_800,

  configFiles: (context) => [
    { path: configFile(context), content: peerToPeerConfig(context) },
    { path: nodeKeyFile(context), content: context.node.devp2p.privateKey.slice(2) },
  ],

  initialize: (context) => [
    {
      name: 'geth init',
      file: context.binary('geth'),
      arguments: ['init', ...storage(context), context.files.executionGenesisJson],
      logFile: logFile(context),
      deadlineMs: 60_000,
    },
  ],

  processes: (context) => [
    {
      name: 'geth',
      file: context.binary('geth'),
      arguments: [
        ...['--config', configFile(context)],
        ...storage(context),
        // Archive mode writes every block's state, so that a crash costs no blocks.
        ...['--gcmode', 'archive', '--syncmode', 'full'],
        ...['--networkid', String(context.manifest.chain.chainId)],
        ...['--nodekey', nodeKeyFile(context), '--nodiscover', '--nat', 'none', '--ipcdisable'],
        ...['--http', '--http.addr', '127.0.0.1', '--http.port', String(context.ports.executionRpc)],
        ...['--http.api', rpcModules, '--http.corsdomain', '*', '--http.vhosts', 'localhost'],
        ...['--ws', '--ws.addr', '127.0.0.1', '--ws.port', String(context.ports.executionRpc)],
        ...['--ws.api', rpcModules, '--ws.origins', '*'],
        ...['--authrpc.addr', '127.0.0.1', '--authrpc.port', String(context.ports.executionEngine)],
        ...['--authrpc.jwtsecret', context.jwtSecretFile, '--authrpc.vhosts', 'localhost'],
        ...['--verbosity', '3', '--cache', '64'],
      ],
      workingDirectory: context.directory,
      logFile: logFile(context),
      isReady: allReady(
        httpAnswers(`http://127.0.0.1:${context.ports.executionRpc}`, jsonRpcRequest('eth_chainId')),
        httpAnswers(`http://127.0.0.1:${context.ports.executionEngine}`, jsonRpcRequest('eth_chainId')),
      ),
      startDeadlineMs: 60_000,
      stopDeadlineMs: 20_000,
    },
  ],
}

const rpcModules = 'eth,net,web3,txpool,debug,admin'

function configFile({ directory }: NodeContext): string {
  return join(directory, 'geth.toml')
}

function nodeKeyFile({ directory }: NodeContext): string {
  return join(directory, 'devp2p.key')
}

function logFile({ directory }: NodeContext): string {
  return join(directory, 'logs', 'geth.log')
}

/**
 * What it has answered for, it has after a SIGKILL too: its consensus client builds on that, and has no payloads
 * to give it again. The path scheme keeps the newest 128 states in memory only, the hash scheme does not; Pebble
 * keeps its newest writes in memory, LevelDB hands each of them to the system.
 */
function storage({ directory }: NodeContext): string[] {
  return ['--datadir', join(directory, 'geth'), '--state.scheme', 'hash', '--db.engine', 'leveldb']
}

/** The listen address can only be given in the file: `--port` listens on every interface. */
function peerToPeerConfig({ node, ports, peers }: NodeContext): string {
  const enodes = peers.map((peer) => enodeUrl(peer.node, peer.address, peer.ports.executionP2p))
  return [
    '[Node.P2P]',
    `ListenAddr = "${node.address}:${ports.executionP2p}"`,
    'NoDiscovery = true',
    'BootstrapNodes = []',
    `StaticNodes = [${enodes.map((enode) => JSON.stringify(enode)).join(', ')}]`,
    '',
  ].join('\n')
}

function jsonRpcRequest(method: string): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }),
  }
}
