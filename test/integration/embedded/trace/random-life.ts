import { getAttesterSlashableIndices, isSlashableAttestationData } from '@lodestar/state-transition'
import { type Attestation, type AttesterSlashing, type phase0, ssz } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { BeaconChain } from '../../../../src/embedded/chain/beacon-chain.ts'
import { MemoryBlockStore } from '../../../../src/embedded/chain/memory-block-store.ts'
import type { Fork, SignedBlock } from '../../../../src/embedded/protocol/signed-block.ts'
import { TraceWriter } from '../../../../src/embedded/trace/trace-writer.ts'
import type { ChainBuilder } from '../support/chain-builder.ts'
import { ManualClock } from '../support/manual-clock.ts'

export interface LifeOptions {
  readonly builder: ChainBuilder
  /** Folder of the trace. */
  readonly directory: string
  readonly slots: number
  readonly seed: number
  /** Of a hundred slots, in how many something goes wrong: late and competing blocks, few votes, empty slots. */
  readonly troublePercent: number
}

/**
 * The traced life of one node, in which blocks come early and late, on the head and beside it, votes come in
 * their own slot and after it, and validators equivocate.
 */
export async function liveRandomly(options: LifeOptions): Promise<BeaconChain> {
  const life = new RandomLife(options)
  for (let slot = 1; slot <= options.slots; slot += 1 + life.pauseSlots()) await life.liveThrough(slot)
  life.chain.stop()
  return life.chain
}

class RandomLife {
  readonly chain: BeaconChain
  readonly #builder: ChainBuilder
  readonly #clock: ManualClock
  readonly #troublePercent: number
  readonly #random: ReturnType<typeof xoroshiro128plus>
  readonly #recent: SignedBlock[]
  /** Not yet in a block. */
  readonly #slashings: AttesterSlashing[] = []

  constructor({ builder, directory, seed, troublePercent }: LifeOptions) {
    const { time, protocol, genesis: anchor } = builder
    this.#builder = builder
    this.#troublePercent = troublePercent
    this.#random = xoroshiro128plus(seed)
    this.#recent = [anchor.block]
    this.#clock = new ManualClock(time.genesisTimeMs)
    this.chain = new BeaconChain({
      protocol,
      time,
      anchor,
      clock: this.#clock,
      engine: builder.newEngine(() => this.#clock.nowMs).engine,
      store: new MemoryBlockStore(),
      observer: new TraceWriter(directory),
      onDefect: (error) => {
        throw error
      },
    })
  }

  async liveThrough(slot: number): Promise<void> {
    if (this.#troubled()) return this.#troubledSlot(slot)
    this.#at(slot, 0)
    await this.#importNew(slot, this.#headBlock())
    this.#at(slot, 0.34)
    for (const attestation of this.#votes(this.#headBlock(), slot)) this.#attest(attestation)
  }

  /** The node may miss some epochs, while votes that it has wait for their slot to pass. */
  pauseSlots(): number {
    return this.#troubled() && this.#pick(16) === 0 ? this.#pick(20) : 0
  }

  /** Something of everything that a slot may bring. */
  async #troubledSlot(slot: number): Promise<void> {
    this.#at(slot, this.#pick(2) * 0.01)
    if (this.#pick(3) > 0) await this.#importNew(slot, this.#someBlock(slot), this.#pick(101))
    this.#at(slot, 0.34 + this.#pick(20) / 100)
    if (this.#pick(3) === 0) await this.#importNew(slot, this.#someBlock(slot), this.#pick(101), 'other')
    const votes = this.#votes(this.#someBlock(slot), slot, this.#pick(101))
    for (const attestation of votes) this.#attest(attestation)
    if (this.#pick(8) === 0) this.#equivocate(slot)
    this.#at(slot, 0.6 + this.#pick(40) / 100)
    const late = this.#votes(this.#someBlock(slot - 1), slot - 1, this.#pick(101))
    for (const attestation of slot > 1 ? late : []) this.#attest(attestation)
  }

  #at(slot: number, part: number): void {
    const { time } = this.#builder
    this.#clock.nowMs = time.startOfSlotMs(slot) + Math.floor(part * time.slotDurationMs)
    this.chain.updateHead()
  }

  async #importNew(slot: number, parent: SignedBlock, attesterPercent = 100, graffiti = ''): Promise<void> {
    const seed = this.#pick(1000)
    const { protocol } = this.#builder
    const { validators, epochCtx } = protocol.advance(this.#builder.stateOf(parent.root), slot)
    if (validators.getReadonly(epochCtx.getBeaconProposer(slot)).slashed) return
    const isNews = (slashing: AttesterSlashing) =>
      getAttesterSlashableIndices(slashing).some((index) => !validators.getReadonly(index).slashed)
    const attesterSlashings = this.#slashings.splice(0).filter(isNews)
    const block = await this.#builder.build({
      body: { attesterSlashings },
      slot,
      parent,
      attesters: (index) => (index * 7919 + seed) % 101 <= attesterPercent,
      syncAggregate: false,
      graffiti,
    })
    await this.chain.importBlock(block)
    this.#recent.push(block)
    if (this.#recent.length > 8) this.#recent.shift()
  }

  #headBlock(): SignedBlock {
    return this.chain.updateHead().block
  }

  /** The head mostly, else one that was imported lately and is not pruned. */
  #someBlock(beforeSlot: number): SignedBlock {
    const head = this.#headBlock()
    const others = this.#recent.filter(
      ({ root, slot }) =>
        slot < beforeSlot &&
        this.chain.forkChoice.getBlock(root) !== undefined &&
        this.chain.forkChoice.isFinalizedDescendant(root),
    )
    const other = others[this.#pick(Math.max(1, others.length))]
    return other === undefined || (head.slot < beforeSlot && this.#pick(2) === 0) ? head : other
  }

  #votes(head: SignedBlock, slot: number, percent = 100): Attestation<Fork>[] {
    const seed = this.#pick(1000)
    if (head.slot > slot) return []
    return this.#builder.attestations(head, slot, {
      blockSlot: slot,
      attesters: (index) => (index * 104729 + seed) % 101 <= percent,
    })
  }

  #attest(attestation: Attestation<Fork>): void {
    this.chain.importAttestation({
      ...this.#summaryOf(attestation),
      isFromBlock: false,
      toAttestation: () => attestation,
    })
  }

  #summaryOf(attestation: Attestation<Fork>) {
    const { data } = attestation
    const { protocol } = this.#builder
    const blockRoot = toRootHex(data.beaconBlockRoot)
    const state = this.chain.stateAt(blockRoot, Math.max(data.slot, this.chain.block(blockRoot)?.slot ?? 0))
    if (state === undefined) throw new RangeError(`There is no state for ${blockRoot}.`)
    const fork = protocol.config.getForkSeq(data.slot)
    return {
      slot: data.slot,
      blockRoot,
      target: { epoch: data.target.epoch, root: toRootHex(data.target.root) },
      attestingIndices: state.epochCtx.getIndexedAttestation(fork, attestation).attestingIndices,
    }
  }

  /** Some validators vote for two blocks; it becomes known by gossip at once, or by a later block. */
  #equivocate(slot: number): void {
    const heads = this.#recent.filter((block) => block.slot <= slot).slice(-2)
    const seed = this.#pick(1000)
    const isEquivocator = (index: number) => (index * 31 + seed) % 101 < 15
    const [attestation1, attestation2] = heads
      .flatMap((head) =>
        this.#builder.attestations(head, slot, { blockSlot: slot, attesters: isEquivocator }),
      )
      .map((attestation) => ({
        attestingIndices: [...this.#summaryOf(attestation).attestingIndices].sort((a, b) => a - b),
        data: toBigints(attestation.data),
        signature: attestation.signature,
      }))
    if (attestation1 === undefined || attestation2 === undefined) return
    const slashing = { attestation1, attestation2 }
    const indices = getAttesterSlashableIndices(slashing)
    if (indices.length === 0 || !isSlashableAttestationData(attestation1.data, attestation2.data)) return
    if (this.#pick(2) === 0) this.chain.importAttesterSlashing(slashing, indices)
    this.#slashings.push(slashing)
    if (this.#slashings.length > 1) this.#slashings.shift()
  }

  #troubled(): boolean {
    return this.#pick(100) < this.#troublePercent
  }

  /** 0 to `count` - 1. */
  #pick(count: number): number {
    return uniformInt(this.#random, 0, count - 1)
  }
}

/** Slashings may hold numbers of any size. */
function toBigints(data: phase0.AttestationData): phase0.AttestationDataBigint {
  return ssz.phase0.AttestationDataBigint.deserialize(ssz.phase0.AttestationData.serialize(data))
}
