import { EventEmitter } from 'node:events'
import { toHex } from '@lodestar/utils'
import type { Hono } from 'hono'
import { hexToBytes } from '../genesis/hex.ts'
import { validatorSecretKeys } from '../genesis/validator-keys.ts'
import type { NodePlan, ValidatorKeySource } from '../plan/manifest.ts'
import { beaconApi } from './api/beacon-api.ts'
import type { PayloadEvents } from './api/events/payload-event-source.ts'
import type { BeaconChain } from './chain/beacon-chain.ts'
import type { BlockStore } from './chain/block-store.ts'
import type { ChainAnchor } from './chain/chain-anchor.ts'
import type { ChainObserver } from './chain/chain-events.ts'
import { openChain } from './chain/open-chain.ts'
import type { Clock } from './clock/clock.ts'
import type { SlotTime } from './clock/slot-time.ts'
import type { ExecutionEngine } from './engine/execution-engine.ts'
import { WatchedEngine } from './engine/watched-engine.ts'
import { Gossip } from './gossip/gossip.ts'
import type { Wire } from './links/wire.ts'
import { OperationPools } from './pools/operation-pools.ts'
import { BlockProducer } from './production/block-producer.ts'
import { FeeRecipients } from './production/fee-recipients.ts'
import { PayloadPreparation } from './production/payload-preparation.ts'
import { ValidatorApi } from './production/validator-api.ts'
import type { Protocol } from './protocol/protocol.ts'
import { Sync } from './sync/sync.ts'
import type { DutyFailure } from './validator/duty-report.ts'
import type { MisconductTools } from './validator/misconduct/misconduct-tools.ts'
import { LocalSigner, type SigningRecord } from './validator/signer.ts'
import type { ProtectionStore } from './validator/slashing-protection/protection-store.ts'
import { SlashingProtection } from './validator/slashing-protection/slashing-protection.ts'
import { ValidatorClient } from './validator/validator-client.ts'

export interface BeaconNodeParameters {
  readonly plan: NodePlan
  readonly keys: ValidatorKeySource
  readonly protocol: Protocol
  readonly time: SlotTime
  /** The node's own. */
  readonly clock: Clock
  readonly wire: Wire
  readonly engine: ExecutionEngine
  readonly store: BlockStore
  readonly protection: ProtectionStore
  readonly genesis: ChainAnchor
  readonly version: string
  readonly observer: ChainObserver | undefined
  readonly onDutyFailure: (failure: DutyFailure) => void
  /** Hears of faults of this program that did not stop the node. */
  readonly onDefect: (error: unknown) => void
}

/** A beacon node with its validators: the rooms of this folder, joined. */
export class BeaconNode {
  readonly chain: BeaconChain
  readonly pools: OperationPools
  readonly gossip: Gossip
  readonly sync: Sync
  readonly validatorApi: ValidatorApi
  readonly validators: ValidatorClient
  /** The Beacon API, without a server. */
  readonly api: Hono
  readonly #preparation: PayloadPreparation
  readonly #protection: SlashingProtection
  readonly #parameters: BeaconNodeParameters
  readonly #endPools: () => void

  private constructor(parameters: BeaconNodeParameters, chain: BeaconChain, engine: WatchedEngine) {
    const { plan, protocol, time, clock, wire } = parameters
    const { config } = protocol
    this.#parameters = parameters
    this.chain = chain
    this.pools = new OperationPools({ config })
    this.#endPools = this.pools.follow(chain)
    const payloadEvents = new EventEmitter<PayloadEvents>()
    const feeRecipients = new FeeRecipients(hexToBytes(plan.feeRecipient))
    this.#preparation = new PayloadPreparation({
      chain,
      clock,
      feeRecipients,
      onAttributes: (requested) => payloadEvents.emit('requested', requested),
    })
    const { pools } = this
    const producer = new BlockProducer({
      chain,
      pools,
      engine,
      preparation: this.#preparation,
      feeRecipients,
    })
    this.sync = new Sync({ chain, wire, clock })
    this.gossip = new Gossip({ chain, pools, wire, clock, protocol, blocks: this.sync })
    const { sync, gossip } = this
    this.validatorApi = new ValidatorApi({ chain, pools, producer, feeRecipients, publisher: gossip, sync })
    const genesisValidatorsRoot = toHex(config.genesisValidatorsRoot)
    this.#protection = new SlashingProtection({ store: parameters.protection, genesisValidatorsRoot })
    this.validators = new ValidatorClient({
      api: this.validatorApi,
      events: chain.events,
      signer: new LocalSigner({ keys: validatorKeys(parameters), config, protection: this.#protection }),
      config,
      clock,
      time,
      feeRecipient: hexToBytes(plan.feeRecipient),
      graffiti: `eth-localnet ${plan.name}`,
      onDutyFailure: parameters.onDutyFailure,
    })
    this.api = beaconApi(
      {
        chain,
        pools,
        validatorApi: this.validatorApi,
        publisher: gossip,
        gossipEvents: gossip.events,
        payloadEvents,
        sync,
        wire,
        identity: identityOf(plan),
        nodeVersion: parameters.version,
        executionOffline: () => engine.isOffline,
      },
      parameters.onDefect,
    )
  }

  /**
   * A node on what its store holds, or on genesis. Nothing runs yet.
   * @throws StoreError, ProtectionStoreError, BlockImportError
   */
  static async open(parameters: BeaconNodeParameters): Promise<BeaconNode> {
    const { observer = {}, engine: bare } = parameters
    const engine = new WatchedEngine(bare)
    return new BeaconNode(parameters, await openChain({ ...parameters, engine, observer }), engine)
  }

  /** What this node's validators need to misbehave. */
  misconductTools(elsewhere: MisconductTools['elsewhere']): MisconductTools {
    const { chain, gossip } = this
    const { clock, protocol } = this.#parameters
    const keys = validatorKeys(this.#parameters)
    const unprotected = new LocalSigner({ keys, config: protocol.config, protection: noRecord })
    return { chain, clock, unprotected, publisher: gossip, unjudged: gossip.unjudged, elsewhere }
  }

  /** Ids of the connected peers. */
  get peerIds(): readonly string[] {
    return this.#parameters.wire.peers.map(({ peerId }) => peerId)
  }

  /** Goes on line, and does its validators' duties. */
  start(): void {
    this.chain.start()
    this.#preparation.start()
    this.gossip.start()
    this.sync.start()
    this.#parameters.wire.open({
      onGossip: (message, from) => this.gossip.handle(message, from),
      onRequest: (protocol, request, from) => this.sync.serve(protocol, request, from),
      onConnect: (peer, direction) => this.sync.onConnect(peer, direction),
      onDisconnect: (peer) => this.sync.onDisconnect(peer),
    })
    this.validators.start()
  }

  /** Ends everything at once; what was asked for before is left undone. */
  halt(): void {
    this.validators.stop()
    this.#parameters.wire.close()
    this.sync.stop()
    this.gossip.stop()
    this.#preparation.stop()
    this.chain.stop()
    this.#endPools()
    this.#protection.close()
  }

  /** Ends everything, and resolves when the store has what the node knows. */
  async stop(): Promise<void> {
    this.halt()
    await this.chain.settled()
  }
}

/** Lets everything be signed. */
const noRecord: SigningRecord = { recordBlock: () => {}, recordAttestation: () => new Map() }

function validatorKeys({ plan, keys }: BeaconNodeParameters) {
  const { first } = plan.validators
  const count = plan.validatorClient === 'external' ? 0 : plan.validators.count
  return validatorSecretKeys(keys, first, count).map((secretKey, i) => ({ index: first + i, secretKey }))
}

/** There is no discovery between nodes of one process, so nobody needs a record of theirs. */
function identityOf({ libp2p, address, ports }: NodePlan) {
  return {
    peerId: libp2p.peerId,
    enr: '',
    addresses: [`/ip4/${address}/tcp/${ports.consensusP2p}/p2p/${libp2p.peerId}`],
    seqNumber: 0n,
  }
}
