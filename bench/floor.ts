// The floor: what a chain costs that has no network. One process, Lodestar's state transition and BLS alone:
// each slot's attestations, sync committee messages and block are signed, the block is checked with every
// signature by the library, and imported. No fork choice, no execution of payloads, no messages.
import { createHash } from 'node:crypto'
import type { Manifest } from '../src/plan/manifest.ts'

export interface FloorOptions {
  readonly manifest: Manifest
  /** Slots run before the clock is started. */
  readonly warmUpSlots: number
  readonly measuredSlots: number
}

/** @returns milliseconds a slot */
export async function measureFloor({ manifest, warmUpSlots, measuredSlots }: FloorOptions): Promise<number> {
  const chain = await FloorChain.start(manifest)
  for (let slot = 1; slot <= warmUpSlots; slot++) chain.runSlot(slot)
  const startedMs = performance.now()
  for (let slot = warmUpSlots + 1; slot <= warmUpSlots + measuredSlots; slot++) chain.runSlot(slot)
  return (performance.now() - startedMs) / measuredSlots
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

class FloorChain {
  readonly #lib: Libraries
  // biome-ignore lint/suspicious/noExplicitAny: the union of all forks' states helps nobody here.
  #state: any
  readonly #config: ReturnType<Libraries['configs']['createBeaconConfig']>
  readonly #keys: InstanceType<Libraries['blst']['SecretKey']>[]
  /** Votes of the slot before, to go into the next block. */
  #attestations: unknown[] = []
  #syncAggregate: unknown

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
    this.#attest(slot, root)
    this.#signSyncCommittee(slot, root)
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
      stateRoot: new Uint8Array(32),
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
    payload.blockHash = createHash('sha256').update(payload.parentHash).update(String(slot)).digest()
    payload.withdrawals = transition.getExpectedWithdrawals(
      this.#config.getForkSeq(slot),
      pre,
    ).expectedWithdrawals
    return payload
  }

  #attest(slot: number, blockRoot: Uint8Array): void {
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
    const signatures = committees.flat().map((index) => {
      return this.#sign(index, types.ssz.phase0.AttestationData, data, params.DOMAIN_BEACON_ATTESTER, slot)
    })
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
  }

  #signSyncCommittee(slot: number, blockRoot: Uint8Array): void {
    const { blst, params, types, BitArray } = this.#lib
    const { validatorIndices } = this.#state.epochCtx.getIndexedSyncCommittee(slot)
    const signed = new Map<number, Uint8Array>()
    for (const index of new Set<number>(validatorIndices)) {
      signed.set(index, this.#sign(index, types.ssz.Root, blockRoot, params.DOMAIN_SYNC_COMMITTEE, slot))
    }
    const signatures = [...validatorIndices].map((index) => signed.get(index) as Uint8Array)
    this.#syncAggregate = {
      syncCommitteeBits: BitArray.fromBoolArray(signatures.map(() => true)),
      syncCommitteeSignature: blst.aggregateSerializedSignatures(signatures).toBytes(),
    }
  }

  #sign<T>(
    index: number,
    type: { hashTreeRoot(value: T): Uint8Array },
    value: T,
    domainType: Uint8Array,
    slot: number,
  ): Uint8Array {
    const domain = this.#config.getDomain(slot, domainType)
    const root = this.#lib.types.ssz.phase0.SigningData.hashTreeRoot({
      objectRoot: type.hashTreeRoot(value),
      domain,
    })
    const key = this.#keys[index]
    if (key === undefined) throw new Error(`no key of validator ${index}`)
    return key.sign(root).toBytes()
  }
}
