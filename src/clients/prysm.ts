import { join } from 'node:path'
import { postJson } from '../apis/http-json.ts'
import { nodeNetwork } from '../plan/addresses.ts'
import { libp2pMultiaddr } from '../plan/identity.ts'
import type { NodePorts } from '../plan/manifest.ts'
import type { PeerEndpoint } from '../plan/peer-endpoint.ts'
import type { ProcessSpec } from '../processes/process-spec.ts'
import type { NodeContext, ProcessClient } from './client.ts'
import { httpAnswers } from './probes.ts'
import { prysmBinaries } from './prysm-binaries.ts'
import { importKeystores, walletArguments } from './prysm-keystores.ts'

/**
 * Who stops leaves its topics by PRUNE, with a backoff of 10 s (`GossipSubUnsubscribeBackoff`). When it is back
 * sooner and sends GRAFT for its twenty topics, each counts as misbehaviour (gossipsub v1.1, P7): for a minute its
 * peers neither hear it nor tell it of blocks, and it builds a chain of its own.
 */
const unsubscribeBackoffMs = 10_000

/**
 * With a peer to sync with, Prysm gets the blocks that it has missed at once, and makes none of its own until a
 * peer has one that is newer than its start. So nodes that are restarted one after another would all wait for
 * each other, for ever. Without, it asks for one missing block after another, every 4 s, and meanwhile builds
 * on its old head. So it does that only when it was away for a moment.
 */
const climbedSlotsMax = 4

/** Prysm's beacon node and validator client, https://docs.prylabs.network */
export const prysm: ProcessClient = {
  kind: 'process',
  capabilities: {
    name: 'prysm',
    layer: 'consensus',
    forks: ['deneb', 'electra', 'fulu'],
    // A Go build is a mainnet-preset build; the minimal one exists under Bazel only.
    presets: ['mainnet'],
    links: ['sockets'],
    times: ['real'],
    // Below 2 s the beacon node panics: a hard-coded 2 s offset is subtracted from the slot.
    slotDuration: { minMs: 2_000, multipleOfMs: 1_000 },
    slotsPerEpoch: { min: 4, max: 32 },
    defaults: { slotDurationMs: 2_000, slotsPerEpoch: 8 },
    // Its voting window is slot / 3 in whole seconds, so at 2 s it is 0 and every block counts as late.
    lateBlockReorgs: { minSlotDurationMs: 3_000 },
    proposerLookaheadLength: 64,
  },
  binaries: prysmBinaries,
  startCpuMs: 3_400,
  // Trusted peers are dialled by a timer of 5 s (TTFB_TIMEOUT), which starts with the node.
  dialDelayMs: 5_000,
  absenceMinMs: unsubscribeBackoffMs,

  configFiles: (context) => [
    { path: identityFile(context), content: context.node.libp2p.privateKey.slice(2) },
  ],
  initialize: async (context) => (hasKeystores(context) ? [await importKeystores(context)] : []),
  processes: (context) => [beacon(context), ...(hasOwnValidators(context) ? [validator(context)] : [])],
}

/**
 * Has the node dial those of its peers that were there before it, and both ends trust each other. Peers given
 * by `--peer` are dialled before the handlers of the handshake are there, so that neither side ever sends its
 * status, and only after 10 s one hangs up and dials again. A trusted peer is dialled within 5 s, again
 * whenever it is lost, and it is never banned: six requests without an answer, from a node that is paused or
 * cut off, would otherwise shut it out for an hour.
 *
 * Each end dials the other by the address of their edge, where a proxy stands.
 *
 * Of two nodes that start at once the later one finds the other's API there, and tells both. A peer that dials
 * by itself has no such API, and need not be told.
 */
async function dialPeers({ node, ports, peers }: NodeContext, signal: AbortSignal): Promise<void> {
  for (const peer of peers) {
    const self = { node, address: peer.address, ports }
    const isTold = peer.dialsPeers || (await tell(peer, self, signal))
    signal.throwIfAborted()
    if (isTold || peer.node.index < node.index) await trust(ports, peer, signal)
  }
}

/** Whether the peer was there to be told. */
function tell({ ports }: PeerEndpoint, self: TrustedPeer, signal: AbortSignal): Promise<boolean> {
  return trust(ports, self, signal).then(
    () => true,
    () => false,
  )
}

type TrustedPeer = Pick<PeerEndpoint, 'node' | 'address' | 'ports'>

/** Adds a trusted peer to the node whose API is at these ports. */
async function trust({ consensusApi }: NodePorts, peer: TrustedPeer, signal: AbortSignal): Promise<void> {
  const addr = libp2pMultiaddr(peer.node, peer.address, peer.ports.consensusP2p)
  const url = `http://127.0.0.1:${consensusApi}/prysm/v1/node/trusted_peers`
  await postJson(url, JSON.stringify({ addr }), { signal })
}

function beacon(context: NodeContext): ProcessSpec {
  const { node, ports, files, directory } = context
  return {
    name: 'beacon-chain',
    file: context.binary('beacon-chain'),
    arguments: [
      '--accept-terms-of-use',
      `--datadir=${join(directory, 'beacon-chain')}`,
      `--chain-config-file=${files.consensusConfigYaml}`,
      `--genesis-state=${files.consensusGenesisSsz}`,
      `--chain-id=${context.manifest.chain.chainId}`,
      `--network-id=${context.manifest.chain.chainId}`,
      `--execution-endpoint=${context.engineUrl}`,
      `--jwt-secret=${context.jwtSecretFile}`,
      '--contract-deployment-block=0',
      '--http-host=127.0.0.1',
      `--http-port=${ports.consensusApi}`,
      '--http-cors-domain=*',
      '--rpc-host=127.0.0.1',
      `--rpc-port=${ports.consensusRpc}`,
      '--disable-monitoring',
      // Exactly the declared peers: no discovery and no QUIC.
      `--p2p-priv-key=${identityFile(context)}`,
      `--p2p-local-ip=${node.address}`,
      `--p2p-host-ip=${node.address}`,
      `--p2p-tcp-port=${ports.consensusP2p}`,
      `--p2p-udp-port=${ports.consensusP2p}`,
      '--p2p-max-peers=250',
      // Peers tell each other their own addresses; dialling those would lead around the proxies of the edges.
      `--p2p-denylist=${nodeNetwork}`,
      '--no-discovery',
      '--bootstrap-node=',
      '--disable-quic',
      `--min-sync-peers=${context.slotsMissed > climbedSlotsMax ? 1 : 0}`,
      '--minimum-peers-per-subnet=0',
      // By itself a restart goes back to the justified checkpoint. A block that is in its database and not in
      // its fork choice is never imported again, nor is any that builds on it: it would stay alone.
      '--sync-from=head',
      // With the default limits a node that is an epoch behind is throttled for tens of seconds.
      '--block-batch-limit=512',
      '--block-batch-limit-burst-factor=10',
    ],
    workingDirectory: directory,
    logFile: logFile(context, 'beacon-chain'),
    isReady: httpAnswers(`http://127.0.0.1:${ports.consensusApi}/eth/v1/node/version`),
    onReady: (signal) => dialPeers(context, signal),
    startDeadlineMs: 120_000,
    stopDeadlineMs: 20_000,
  }
}

function validator(context: NodeContext): ProcessSpec {
  const { node, ports, files, directory } = context
  return {
    name: 'validator',
    file: context.binary('validator'),
    arguments: [
      '--accept-terms-of-use',
      `--datadir=${join(directory, 'validator')}`,
      `--chain-config-file=${files.consensusConfigYaml}`,
      `--beacon-rpc-provider=127.0.0.1:${ports.consensusRpc}`,
      `--suggested-fee-recipient=${node.feeRecipient}`,
      `--graffiti=${node.name}`,
      '--monitoring-host=127.0.0.1',
      `--monitoring-port=${ports.validatorApi}`,
      ...keyArguments(context),
    ],
    workingDirectory: directory,
    logFile: logFile(context, 'validator'),
    isReady: httpAnswers(`http://127.0.0.1:${ports.validatorApi}/metrics`),
    startDeadlineMs: 60_000,
    stopDeadlineMs: 10_000,
  }
}

function hasOwnValidators({ node }: NodeContext): boolean {
  return node.validators.count > 0 && node.validatorClient !== 'external'
}

/** The interop keys are the client's own; any others are given to it as keystores. */
function hasKeystores(context: NodeContext): boolean {
  const { manifest, signerUrl } = context
  return signerUrl === undefined && manifest.validators.keys.kind !== 'interop' && hasOwnValidators(context)
}

function keyArguments(context: NodeContext): string[] {
  if (hasKeystores(context)) return walletArguments(context)
  const { node, signerUrl } = context
  if (signerUrl !== undefined) {
    return [
      `--validators-external-signer-url=${signerUrl}`,
      `--validators-external-signer-public-keys=${signerUrl}/api/v1/eth2/publicKeys`,
    ]
  }
  return [
    `--interop-start-index=${node.validators.first}`,
    `--interop-num-validators=${node.validators.count}`,
  ]
}

function identityFile({ directory }: NodeContext): string {
  return join(directory, 'libp2p.key')
}

function logFile({ directory }: NodeContext, name: string): string {
  return join(directory, 'logs', `${name}.log`)
}
