import { genesisAnchor } from '../../../../../src/embedded/chain/chain-anchor.ts'
import { MemoryBlockStore } from '../../../../../src/embedded/chain/memory-block-store.ts'
import { openChain } from '../../../../../src/embedded/chain/open-chain.ts'
import { VirtualClock } from '../../../../../src/embedded/clock/virtual-clock.ts'
import { Gossip } from '../../../../../src/embedded/gossip/gossip.ts'
import { LinkNetwork } from '../../../../../src/embedded/links/link-network.ts'
import { OperationPools } from '../../../../../src/embedded/pools/operation-pools.ts'
import { BlockProducer } from '../../../../../src/embedded/production/block-producer.ts'
import { FeeRecipients } from '../../../../../src/embedded/production/fee-recipients.ts'
import { PayloadPreparation } from '../../../../../src/embedded/production/payload-preparation.ts'
import { ValidatorApi } from '../../../../../src/embedded/production/validator-api.ts'
import { Sync } from '../../../../../src/embedded/sync/sync.ts'
import type { DutyFailure } from '../../../../../src/embedded/validator/duty-report.ts'
import { LocalSigner } from '../../../../../src/embedded/validator/signer.ts'
import { MemoryProtectionStore } from '../../../../../src/embedded/validator/slashing-protection/protection-store.ts'
import { SlashingProtection } from '../../../../../src/embedded/validator/slashing-protection/slashing-protection.ts'
import { ValidatorClient } from '../../../../../src/embedded/validator/validator-client.ts'
import { validatorSecretKeys } from '../../../../../src/genesis/validator-keys.ts'
import type { Manifest, NodePlan } from '../../../../../src/plan/manifest.ts'
import { ChainBuilder } from '../../support/chain-builder.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

export type ValidatorNetwork = Awaited<ReturnType<typeof startValidatorNetwork>>

/** Nodes with real chains, pools, gossip and links in virtual time, whose validators do their duties. */
export async function startValidatorNetwork(manifest: Manifest) {
  const builder = await ChainBuilder.create(manifest)
  const { files, protocol, time } = builder
  const defects: unknown[] = []
  const onError = (error: unknown) => void defects.push(error)
  const clock = new VirtualClock({ startMs: time.genesisTimeMs - time.slotDurationMs, onError })
  const links = new LinkNetwork({
    clock,
    seed: manifest.seed,
    seenTtlMs: 2 * time.slotsPerEpoch * time.slotDurationMs,
    onError: (_, error) => onError(error),
  })
  for (const { libp2p } of manifest.nodes) links.mesh.addNode(libp2p.peerId)
  const peerIds = new Map(manifest.nodes.map(({ name, libp2p }) => [name, libp2p.peerId]))
  for (const { a, b } of manifest.edges) links.mesh.addLink(peerIds.get(a) ?? a, peerIds.get(b) ?? b)
  const failures: DutyFailure[] = []

  const openNode = async (plan: NodePlan) => {
    const { engine } = builder.newEngine(() => clock.nowMs)
    const genesis = genesisAnchor(protocol, builder.genesis.state)
    const store = new MemoryBlockStore()
    const chain = await openChain({ protocol, time, clock, engine, store, genesis, onDefect: onError })
    const { config } = protocol
    const pools = new OperationPools({ config })
    pools.follow(chain)
    const wire = links.wire(plan.libp2p.peerId)
    const sync = new Sync({ chain, wire, clock })
    const gossip = new Gossip({ chain, pools, wire, clock, protocol, blocks: sync })
    const feeRecipient = Uint8Array.from(Buffer.from(plan.feeRecipient.slice(2), 'hex'))
    const feeRecipients = new FeeRecipients(feeRecipient)
    const preparation = new PayloadPreparation({ chain, clock, feeRecipients })
    const producer = new BlockProducer({ chain, pools, engine, preparation, feeRecipients })
    const api = new ValidatorApi({ chain, pools, producer, feeRecipients, publisher: gossip, sync })
    const { first, count } = plan.validators
    const keys = validatorSecretKeys(manifest.validators.keys, first, count)
    const protection = new SlashingProtection({
      store: new MemoryProtectionStore(),
      genesisValidatorsRoot: files.genesisValidatorsRoot,
    })
    const validators = new ValidatorClient({
      api,
      events: chain.events,
      signer: new LocalSigner({
        keys: keys.map((secretKey, index) => ({ index: first + index, secretKey })),
        config,
        protection,
      }),
      config,
      clock,
      time,
      feeRecipient,
      onDutyFailure: (failure) => failures.push(failure),
    })
    wire.open({
      onGossip: (message, from) => gossip.handle(message, from),
      onRequest: (protocolId, request, from) => sync.serve(protocolId, request, from),
      onConnect: (peer, direction) => sync.onConnect(peer, direction),
      onDisconnect: (peer) => sync.onDisconnect(peer),
    })
    chain.start()
    preparation.start()
    gossip.start()
    sync.start()
    validators.start()
    return { plan, api, chain, gossip, pools, protection, validators }
  }

  const nodes: Awaited<ReturnType<typeof openNode>>[] = []
  for (const plan of manifest.nodes) nodes.push(await openNode(plan))
  /** Goes to shortly before the slot after this one. */
  const runThrough = (slot: number) => clock.advanceTo(time.startOfSlotMs(slot + 1) - 1)
  return { clock, time, config: protocol.config, nodes, failures, defects, runThrough }
}
