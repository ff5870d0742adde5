// The floor: what a chain costs that has no network. One process, Lodestar's state transition and BLS alone:
// each slot's attestations and sync committee messages are signed, and verified once, in one batch; its block is
// made, signed, and imported with every check of the library on. No fork choice, no execution of payloads, no
// aggregators, no messages. The part of it without the verification of single votes, whose aggregates the block
// holds anyway, is given as well.
import { createHash } from 'node:crypto'
import type { Manifest } from '../src/plan/manifest.ts'

export interface FloorOptions {
  readonly manifest: Manifest
  /** Slots run before the clock is started. */
  readonly warmUpSlots: number
  readonly measuredSlots: number
}

export interface Floor {
  readonly msPerSlot: number
  /** Of it, what the verification of single attestations and sync committee messages takes. */
  readonly singlesMsPerSlot: number
}

export async function measureFloor({ manifest, warmUpSlots, measuredSlots }: FloorOptions): Promise<Floor> {
  const chain = await FloorChain.start(manifest)
  for (let slot = 1; slot <= warmUpSlots; slot++) chain.runSlot(slot)
  chain.singlesMs = 0
  const startedMs = performance.now()
  for (let slot = warmUpSlots + 1; slot <= warmUpSlots + measuredSlots; slot++) chain.runSlot(slot)
  return {
    msPerSlot: (performance.now() - startedMs) / measuredSlots,
    singlesMsPerSlot: chain.singlesMs / measuredSlots,
  }
}

type Libraries = Awaited<ReturnType<typeof loadLibraries>>

/** After the preset was activated, and not before. */
async function loadLibraries() {
  const [blst, params, configs, transition, types, { BitArray }] = await Promise.all([
    import('@chainsafe/blst'),
    import('@lodestar/params'),
    import('@lodestar/config'),
    import('@lodestar/state-transition'),
    import('@lodestar/types'),
    import('@chainsafe/ssz'),
  ])
  return { blst, params, configs, transition, types, BitArray }
}

type PublicKey = InstanceType<Libraries['blst']['PublicKey']>

/** One message, and the signatures of it by validator. */
interface Signed {
  readonly root: Uint8Array
  readonly signatures: ReadonlyMap<number, Uint8Array>
}

class FloorChain {
  readonly #lib: Libraries
  // biome-ignore lint/suspicious/noExplicitAny: the union of all forks' states helps nobody here.
  #state: any
  readonly #config: ReturnType<Libraries['configs']['createBeaconConfig']>
  readonly #keys: InstanceType<Libraries['blst']['SecretKey']>[]
  readonly #publicKeys: PublicKey[]
  /** Votes of the slot before, to go into the next block. */
  #attestations: unknown[] = []
  #syncAggregate: unknown
  singlesMs = 0

  private constructor(
    lib: Libraries,
    state: unknown,
    config: ReturnType<Libraries['configs']['createBeaconConfig']>,
    keys: InstanceType<Libraries['blst']['SecretKey']>[],
  ) {
    this.#lib = lib
    this.#state = state
    this.#config = config
    this.#keys = keys
    this.#publicKeys = keys.map((key) => key.toPublicKey())
  }

  static async start(manifest: Manifest): Promise<FloorChain> {
    const { activatePreset } = await import('../src/genesis/preset.ts')
    activatePreset(manifest.chain)
    const { buildGenesis } = await import('../src/genesis/build-genesis.ts')
    const { makeChainConfig } = await import('../src/genesis/chain-config.ts')
    const { validatorSecretKeys } = await import('../src/genesis/validator-keys.ts')
    const lib = await loadLibraries()
    const genesisTime = 1_700_000_000
    const genesis = await buildGenesis(manifest, genesisTime)
    const view = lib.types.ssz.fulu.BeaconState.deserializeToViewDU(genesis.genesisSsz)
    const config = lib.configs.createBeaconConfig(
      makeChainConfig(manifest, genesisTime),
      view.genesisValidatorsRoot,
    )
    const pubkeyCache = lib.transition.createPubkeyCache()
    const state = lib.transition.createCachedBeaconState(view, { config, pubkeyCache })
    const keys = validatorSecretKeys(manifest.validators.keys, 0, manifest.validators.count).map((key) =>
      lib.blst.SecretKey.fromBytes(key),
    )
    return new FloorChain(lib, state, config, keys)
  }

  runSlot(slot: number): void {
    const { transition, types } = this.#lib
    const block = this.#produce(slot)
    this.#state = transition.stateTransition(this.#state, block, {
      verifyProposer: true,
      verifySignatures: true,
      verifyStateRoot: true,
      executionPayloadStatus: transition.ExecutionPayloadStatus.valid,
      dataAvailabilityStatus: transition.DataAvailabilityStatus.Available,
    })
    const root = types.ssz.fulu.BeaconBlock.hashTreeRoot(block.message)
    const votes = this.#attest(slot, root)
    const messages = this.#signSyncCommittee(slot, root)
    this.#verify([votes, messages])
  }

  /** All at once: votes of one message are added up with random factors, and so are the messages. */
  #verify(messages: readonly Signed[]): void {
    const { blst } = this.#lib
    const startedMs = performance.now()
    const sets = messages.map(({ root, signatures }) => {
      const parts = [...signatures].map(([index, sig]) => ({ pk: this.#publicKeys[index] as PublicKey, sig }))
      return { msg: root, ...blst.aggregateWithRandomness(parts) }
    })
    if (!blst.verifyMultipleAggregateSignatures(sets)) throw new Error('a signature of the floor is wrong')
    this.singlesMs += performance.now() - startedMs
  }

  #produce(slot: number) {
    const { transition, types, params } = this.#lib
    const { ssz } = types
    const pre = transition.processSlots(this.#state, slot)
    const proposerIndex = pre.epochCtx.getBeaconProposer(slot)
    const epoch = Math.floor(slot / params.SLOTS_PER_EPOCH)
    const body = ssz.fulu.BeaconBlockBody.defaultValue()
    body.randaoReveal = this.#sign(proposerIndex, ssz.Epoch, epoch, params.DOMAIN_RANDAO, slot)
    body.eth1Data = pre.eth1Data.toValue()
    body.attestations = this.#attestations as typeof body.attestations
    if (this.#syncAggregate !== undefined) {
      body.syncAggregate = this.#syncAggregate as typeof body.syncAggregate
    } else body.syncAggregate.syncCommitteeSignature = Uint8Array.of(0xc0, ...new Uint8Array(95))
    body.executionPayload = this.#payload(pre, slot)
    const message = {
      slot,
      proposerIndex,
      parentRoot: ssz.phase0.BeaconBlockHeader.hashTreeRoot(pre.latestBlockHeader),
      stateRoot: new Uint8Array(32) as Uint8Array,
      body,
    }
    const post = transition.stateTransition(
      pre,
      { message, signature: new Uint8Array(96) },
      {
        verifyProposer: false,
        verifySignatures: false,
        verifyStateRoot: false,
        executionPayloadStatus: transition.ExecutionPayloadStatus.valid,
        dataAvailabilityStatus: transition.DataAvailabilityStatus.Available,
      },
    )
    message.stateRoot = post.hashTreeRoot()
    const signature = this.#sign(
      proposerIndex,
      ssz.fulu.BeaconBlock,
      message,
      params.DOMAIN_BEACON_PROPOSER,
      slot,
    )
    return { message, signature }
  }

  /** Fits the beacon state; what it would do to an execution client is not asked. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  #payload(pre: any, slot: number) {
    const { transition, types } = this.#lib
    const payload = types.ssz.fulu.ExecutionPayload.defaultValue()
    payload.parentHash = pre.latestExecutionPayloadHeader.blockHash
    payload.prevRandao = transition.getRandaoMix(pre, pre.epochCtx.epoch)
    payload.timestamp = transition.computeTimeAtSlot(this.#config, slot, pre.genesisTime)
    payload.blockNumber = slot
    payload.blockHash = new Uint8Array(
      createHash('sha256').update(payload.parentHash).update(String(slot)).digest(),
    )
    payload.withdrawals = transition.getExpectedWithdrawals(
      this.#config.getForkSeq(slot),
      pre,
    ).expectedWithdrawals
    return payload
  }

  #attest(slot: number, blockRoot: Uint8Array): Signed {
    const { blst, params, types, BitArray } = this.#lib
    const { epochCtx } = this.#state
    const epoch = epochCtx.epoch
    const targetSlot = epoch * params.SLOTS_PER_EPOCH
    const data = {
      slot,
      index: 0,
      beaconBlockRoot: blockRoot,
      source: this.#state.currentJustifiedCheckpoint.toValue(),
      target: {
        epoch,
        root:
          targetSlot === slot
            ? blockRoot
            : this.#state.blockRoots.get(targetSlot % params.SLOTS_PER_HISTORICAL_ROOT),
      },
    }
    const committees = Array.from({ length: epochCtx.getCommitteeCountPerSlot(epoch) }, (_, index) => [
      ...epochCtx.getBeaconCommittee(slot, index),
    ])
    const type = types.ssz.phase0.AttestationData
    const root = this.#signingRoot(type, data, params.DOMAIN_BEACON_ATTESTER, slot)
    const signed = new Map(committees.flat().map((index) => [index, this.#signRoot(index, root)]))
    const signatures = [...signed.values()]
    const all = (length: number) => BitArray.fromBoolArray(new Array(length).fill(true))
    this.#attestations = [
      {
        aggregationBits: all(signatures.length),
        data,
        committeeBits: BitArray.fromBoolArray(
          Array.from({ length: params.MAX_COMMITTEES_PER_SLOT }, (_, index) => index < committees.length),
        ),
        signature: blst.aggregateSerializedSignatures(signatures).toBytes(),
      },
    ]
    return { root, signatures: signed }
  }

  #signSyncCommittee(slot: number, blockRoot: Uint8Array): Signed {
    const { blst, params, types, BitArray } = this.#lib
    const { validatorIndices } = this.#state.epochCtx.getIndexedSyncCommittee(slot)
    const signed = new Map<number, Uint8Array>()
    const root = this.#signingRoot(types.ssz.Root, blockRoot, params.DOMAIN_SYNC_COMMITTEE, slot)
    for (const index of new Set<number>(validatorIndices)) signed.set(index, this.#signRoot(index, root))
    const signatures = [...validatorIndices].map((index) => signed.get(index) as Uint8Array)
    this.#syncAggregate = {
      syncCommitteeBits: BitArray.fromBoolArray(signatures.map(() => true)),
      syncCommitteeSignature: blst.aggregateSerializedSignatures(signatures).toBytes(),
    }
    return { root, signatures: signed }
  }

  #sign<T>(
    index: number,
    type: { hashTreeRoot(value: T): Uint8Array },
    value: T,
    domainType: Uint8Array,
    slot: number,
  ): Uint8Array {
    return this.#signRoot(index, this.#signingRoot(type, value, domainType, slot))
  }

  #signingRoot<T>(
    type: { hashTreeRoot(value: T): Uint8Array },
    value: T,
    domainType: Uint8Array,
    slot: number,
  ): Uint8Array {
    const domain = this.#config.getDomain(slot, domainType)
    const objectRoot = type.hashTreeRoot(value)
    return this.#lib.types.ssz.phase0.SigningData.hashTreeRoot({ objectRoot, domain })
  }

  #signRoot(index: number, root: Uint8Array): Uint8Array {
    const key = this.#keys[index]
    if (key === undefined) throw new Error(`no key of validator ${index}`)
    return key.sign(root).toBytes()
  }
}
