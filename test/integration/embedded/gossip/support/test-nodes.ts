import type { BeaconChain } from '../../../../../src/embedded/chain/beacon-chain.ts'
import { MemoryBlockStore } from '../../../../../src/embedded/chain/memory-block-store.ts'
import { openChain } from '../../../../../src/embedded/chain/open-chain.ts'
import { VirtualClock } from '../../../../../src/embedded/clock/virtual-clock.ts'
import { Gossip } from '../../../../../src/embedded/gossip/gossip.ts'
import { LinkNetwork } from '../../../../../src/embedded/links/link-network.ts'
import type { Wire } from '../../../../../src/embedded/links/wire.ts'
import { OperationPools } from '../../../../../src/embedded/pools/operation-pools.ts'
import type { Protocol } from '../../../../../src/embedded/protocol/protocol.ts'
import { Sync } from '../../../../../src/embedded/sync/sync.ts'
import type { ChainBuilder } from '../../support/chain-builder.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

export interface GossipTestNode {
  readonly name: string
  readonly chain: BeaconChain
  readonly pools: OperationPools
  readonly wire: Wire
  readonly gossip: Gossip
  readonly sync: Sync
  /** Takes part from now on. */
  open(): void
  close(): void
}

/** Nodes of one network in virtual time, with links, chains, gossip and sync, and without validators. */
export class TestNodes {
  readonly builder: ChainBuilder
  readonly clock: VirtualClock
  readonly links: LinkNetwork
  readonly protocol: Protocol
  /** Whatever went wrong inside. A test ends with none. */
  readonly defects: unknown[] = []

  constructor(builder: ChainBuilder) {
    const { time } = builder
    this.builder = builder
    this.protocol = builder.newProtocol()
    this.clock = new VirtualClock({
      startMs: time.genesisTimeMs,
      onError: (error) => this.defects.push(error),
    })
    this.links = new LinkNetwork({
      clock: this.clock,
      seed: 1,
      seenTtlMs: 2 * time.slotsPerEpoch * time.slotDurationMs,
      onError: (_peer, error) => this.defects.push(error),
    })
  }

  async add(name: string): Promise<GossipTestNode> {
    const { builder, clock, links, protocol } = this
    links.mesh.addNode(name)
    const wire = links.wire(name)
    const chain = await openChain({
      protocol,
      time: builder.time,
      clock,
      engine: builder.newEngine(() => clock.nowMs).engine,
      store: new MemoryBlockStore(),
      genesis: builder.anchorFor(protocol),
      onDefect: (error) => this.defects.push(error),
    })
    const pools = new OperationPools({ config: protocol.config })
    const sync = new Sync({ chain, wire, clock })
    const gossip = new Gossip({ chain, pools, wire, clock, protocol, blocks: sync })
    const open = () => {
      chain.start()
      sync.start()
      gossip.start()
      wire.open({
        onGossip: (message, from) => gossip.handle(message, from),
        onRequest: (protocolId, request, from) => sync.serve(protocolId, request, from),
        onConnect: (peer, direction) => sync.onConnect(peer, direction),
        onDisconnect: (peer) => sync.onDisconnect(peer),
      })
    }
    const close = () => {
      wire.close()
      gossip.stop()
      sync.stop()
      chain.stop()
    }
    return { name, chain, pools, wire, gossip, sync, open, close }
  }

  /** Goes to a moment in a slot. */
  async advanceToSlot(slot: number, afterMs = 0): Promise<void> {
    await this.clock.advanceTo(this.builder.time.startOfSlotMs(slot) + afterMs)
  }
}
