import { ForkSeq, SLOTS_PER_EPOCH } from '@lodestar/params'
import type { phase0 } from '@lodestar/types'
import { fromHex } from '@lodestar/utils'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { ChainHead } from '../chain/chain-events.ts'
import type { Root } from '../fork-choice/types.ts'
import { ValidatorApiError } from './errors.ts'

/**
 * What a node's validators attest to (phase0/validator.md, "Construct attestation"). All of a slot get the very
 * same object as long as the head stays, so that it is hashed once.
 */
export class AttestationDataMaker {
  readonly #chain: BeaconChain
  #latest: { readonly head: Root; readonly data: phase0.AttestationData } | undefined

  constructor(chain: BeaconChain) {
    this.#chain = chain
  }

  /**
   * @param head The present head
   * @param committeeIndex Is in the data before Electra, which takes it out (EIP-7549).
   * @throws ValidatorApiError when the slot is too old
   */
  at(slot: number, committeeIndex: number, head: ChainHead): phase0.AttestationData {
    if (this.#latest?.head !== head.root || this.#latest.data.slot !== slot) {
      this.#latest = { head: head.root, data: this.#make(slot, head) }
    }
    const { data } = this.#latest
    const isElectra = this.#chain.protocol.config.getForkSeq(slot) >= ForkSeq.electra
    if (isElectra || committeeIndex === 0) return data
    // Field by field: a spread would copy the root that the SSZ library remembers by a symbol in the object.
    const { beaconBlockRoot, source, target } = data
    return { slot, index: committeeIndex, beaconBlockRoot, source, target }
  }

  #make(slot: number, head: ChainHead): phase0.AttestationData {
    const { forkChoice } = this.#chain
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH)
    const startSlot = epoch * SLOTS_PER_EPOCH
    const block = head.slot <= slot ? head : forkChoice.getAncestor(head.root, slot)
    const target = block && (block.slot <= startSlot ? block : forkChoice.getAncestor(block.root, startSlot))
    // The checkpoint that is justified in this epoch is known when it has begun.
    const state = block && this.#chain.stateAt(block.root, Math.max(block.slot, startSlot))
    if (block === undefined || target === undefined || state === undefined) {
      throw new ValidatorApiError({
        reason: 'too-old',
        message: `Slot ${slot} is too old to attest to.`,
        hint: `The head is at slot ${head.slot}.`,
        facts: { slot, headSlot: head.slot },
      })
    }
    return {
      slot,
      index: 0,
      beaconBlockRoot: fromHex(block.root),
      source: state.currentJustifiedCheckpoint.toValue(),
      target: { epoch, root: fromHex(target.root) },
    }
  }
}
