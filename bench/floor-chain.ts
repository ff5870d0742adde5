import { createHash } from 'node:crypto'
import {
  aggregateWithRandomness,
  Signature as Point,
  verifyMultipleAggregateSignatures,
} from '@chainsafe/blst'
import { type BeaconConfig, createBeaconConfig } from '@lodestar/config'
import { DOMAIN_BEACON_PROPOSER, DOMAIN_RANDAO, type ForkName, SLOTS_PER_EPOCH } from '@lodestar/params'
import {
  type CachedBeaconStateElectra,
  type CachedBeaconStateFulu,
  computeTimeAtSlot,
  createCachedBeaconState,
  createPubkeyCache,
  DataAvailabilityStatus,
  ExecutionPayloadStatus,
  getExpectedWithdrawals,
  getRandaoMix,
  processSlots,
  stateTransition,
} from '@lodestar/state-transition'
import { type BeaconBlockBody, type ExecutionPayload, type fulu, ssz } from '@lodestar/types'
import { buildGenesis } from '../src/genesis/build-genesis.ts'
import { makeChainConfig } from '../src/genesis/chain-config.ts'
import { validatorSecretKeys } from '../src/genesis/validator-keys.ts'
import type { Manifest } from '../src/plan/manifest.ts'
import { type SlotMessages, slotMessages } from './floor-duties.ts'
import { FloorSigner, type Signature } from './floor-signer.ts'

const genesisTime = 1_700_000_000
/** The point at infinity: the signature of a sync committee of which nobody has signed. */
const emptySignature = Uint8Array.of(0xc0, ...new Uint8Array(95))
const available = {
  executionPayloadStatus: ExecutionPayloadStatus.valid,
  dataAvailabilityStatus: DataAvailabilityStatus.Available,
}

/** A chain in which every slot has its block, and every validator votes for it. */
export class FloorChain {
  readonly #config: BeaconConfig
  readonly #signer: FloorSigner
  #state: CachedBeaconStateFulu
  /** Of the slot before, to go into the next block. */
  #messages: SlotMessages | undefined

  private constructor(config: BeaconConfig, state: CachedBeaconStateFulu, signer: FloorSigner) {
    this.#config = config
    this.#state = state
    this.#signer = signer
  }

  static async start(manifest: Manifest): Promise<FloorChain> {
    const { genesisSsz } = await buildGenesis(manifest, genesisTime)
    const view = ssz.fulu.BeaconState.deserializeToViewDU(genesisSsz)
    const config = createBeaconConfig(makeChainConfig(manifest, genesisTime), view.genesisValidatorsRoot)
    const state = createCachedBeaconState(view, { config, pubkeyCache: createPubkeyCache() })
    const { count, keys } = manifest.validators
    return new FloorChain(config, state, new FloorSigner(config, validatorSecretKeys(keys, 0, count)))
  }

  get signatureCount(): number {
    return this.#signer.count
  }

  runSlot(slot: number): void {
    const block = this.#produce(slot)
    const checks = { verifyProposer: true, verifySignatures: true, verifyStateRoot: true }
    this.#state = stateTransition(this.#state, block, { ...checks, ...available }) as CachedBeaconStateFulu
    const root = ssz.fulu.BeaconBlock.hashTreeRoot(block.message)
    this.#messages = slotMessages(this.#state, slot, root, this.#signer)
    verify(this.#messages.signatures)
  }

  #produce(slot: number): fulu.SignedBeaconBlock {
    const pre = processSlots(this.#state, slot) as CachedBeaconStateFulu
    const proposerIndex = pre.epochCtx.getBeaconProposer(slot)
    const message = {
      slot,
      proposerIndex,
      parentRoot: ssz.phase0.BeaconBlockHeader.hashTreeRoot(pre.latestBlockHeader),
      stateRoot: new Uint8Array(32),
      body: this.#body(pre, slot, proposerIndex),
    }
    const unsigned = { message, signature: new Uint8Array(96) }
    const checks = { verifyProposer: false, verifySignatures: false, verifyStateRoot: false }
    const post = stateTransition(pre, unsigned, { ...checks, ...available })
    message.stateRoot = new Uint8Array(post.hashTreeRoot())
    const root = this.#signer.signingRoot(ssz.fulu.BeaconBlock, message, DOMAIN_BEACON_PROPOSER, slot)
    return { message, signature: this.#signer.sign(proposerIndex, root).bytes }
  }

  #body(pre: CachedBeaconStateFulu, slot: number, proposerIndex: number): BeaconBlockBody<ForkName.fulu> {
    const body = ssz.fulu.BeaconBlockBody.defaultValue()
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
    const randaoRoot = this.#signer.signingRoot(ssz.Epoch, epoch, DOMAIN_RANDAO, slot)
    body.randaoReveal = this.#signer.sign(proposerIndex, randaoRoot).bytes
    body.eth1Data = pre.eth1Data.toValue()
    if (this.#messages === undefined) body.syncAggregate.syncCommitteeSignature = emptySignature
    else {
      body.attestations = [this.#messages.attestation]
      body.syncAggregate = this.#messages.syncAggregate
    }
    body.executionPayload = this.#payload(pre, slot)
    return body
  }

  /** Fits the beacon state; what it would do to an execution client is not asked. */
  #payload(pre: CachedBeaconStateFulu, slot: number): ExecutionPayload<ForkName.fulu> {
    const payload = ssz.fulu.ExecutionPayload.defaultValue()
    payload.parentHash = pre.latestExecutionPayloadHeader.blockHash
    payload.prevRandao = getRandaoMix(pre, pre.epochCtx.epoch)
    payload.timestamp = computeTimeAtSlot(this.#config, slot, pre.genesisTime)
    payload.blockNumber = slot
    payload.blockHash = new Uint8Array(
      createHash('sha256').update(payload.parentHash).update(String(slot)).digest(),
    )
    // The library's types do not know that a state of Fulu is one of Electra with more in it.
    const state = pre as CachedBeaconStateFulu & CachedBeaconStateElectra
    payload.withdrawals = getExpectedWithdrawals(this.#config.getForkSeq(slot), state).expectedWithdrawals
    return payload
  }
}

/** All in one batch: signatures of one root are added up with random factors, and so are the roots. */
function verify(signatures: readonly Signature[]): void {
  const byRoot = new Map<Uint8Array, Signature[]>()
  for (const signature of signatures) {
    const others = byRoot.get(signature.root)
    if (others === undefined) byRoot.set(signature.root, [signature])
    else others.push(signature)
  }
  const sets = [...byRoot].map(([msg, signed]) => {
    const [only] = signed
    if (signed.length === 1 && only) return { msg, pk: only.signer, sig: Point.fromBytes(only.bytes, true) }
    return {
      msg,
      ...aggregateWithRandomness(signed.map(({ signer, bytes }) => ({ pk: signer, sig: bytes }))),
    }
  })
  if (!verifyMultipleAggregateSignatures(sets)) throw new Error('a signature of the floor is wrong')
}
