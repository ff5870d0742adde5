import type { Root } from '../../fork-choice/types.ts'
import type { SlashingRule } from './errors.ts'

/** A block that was signed. Without its root nobody can tell it from another one of the slot. */
export interface BlockSigning {
  readonly slot: number
  readonly signingRoot: Root | null
}

/** An attestation that was signed. */
export interface AttestationSigning {
  readonly sourceEpoch: number
  readonly targetEpoch: number
  readonly signingRoot: Root | null
}

/**
 * How far back the record reaches. What is not later is refused, whether or not it would be slashable:
 * nobody remembers what was signed there. Null as long as nothing was signed.
 */
export interface Watermark {
  readonly slot: number | null
  readonly sourceEpoch: number | null
  readonly targetEpoch: number | null
}

/** `new`: nothing speaks against it. `repeat`: the very same message was signed before. */
export type Judgement =
  | { readonly verdict: 'new' | 'repeat' }
  | {
      readonly verdict: 'refused'
      readonly rule: SlashingRule
      readonly earlier?: BlockSigning | AttestationSigning
    }

/**
 * Messages that are remembered one by one, of each kind. The watermark rises over those that are forgotten.
 * An honest validator's next message is always later than its last, so older ones matter only to a client
 * whose clock or data went back, and it is refused all the same.
 */
export const signingsMax = 32

const isNew: Judgement = { verdict: 'new' }
const isRepeat: Judgement = { verdict: 'repeat' }

/**
 * What one validator has signed, and what it may sign next: the conditions of EIP-3076, the complete ones
 * on the messages that are remembered, the minimal ones on all older ones. Pure data.
 */
export class SigningHistory {
  /** Ascending by slot. */
  readonly #blocks: BlockSigning[] = []
  /** Ascending by target. */
  readonly #attestations: AttestationSigning[] = []
  #slot: number | null = null
  #sourceEpoch: number | null = null
  #targetEpoch: number | null = null

  get watermark(): Watermark {
    return { slot: this.#slot, sourceEpoch: this.#sourceEpoch, targetEpoch: this.#targetEpoch }
  }

  get blocks(): readonly BlockSigning[] {
    return this.#blocks
  }

  get attestations(): readonly AttestationSigning[] {
    return this.#attestations
  }

  /** Number of entries that describe this history. */
  get size(): number {
    return 1 + this.#blocks.length + this.#attestations.length
  }

  /** Conditions 1 and 2. */
  judgeBlock({ slot, signingRoot }: BlockSigning): Judgement {
    const sameSlot = this.#blocks.filter((signed) => signed.slot === slot)
    const other = sameSlot.find((signed) => !isSameRoot(signed.signingRoot, signingRoot))
    if (other !== undefined) return { verdict: 'refused', rule: 'double-proposal', earlier: other }
    if (sameSlot.length > 0) return isRepeat
    return this.#slot !== null && slot <= this.#slot ? { verdict: 'refused', rule: 'block-too-old' } : isNew
  }

  /** Conditions 3 (`is_slashable_attestation_data`), 4 and 5. */
  judgeAttestation(attestation: AttestationSigning): Judgement {
    const { sourceEpoch, targetEpoch } = attestation
    if (sourceEpoch > targetEpoch) return { verdict: 'refused', rule: 'source-after-target' }
    let isKnown = false
    for (const earlier of this.#attestations) {
      const rule = slashingRule(earlier, attestation)
      if (rule !== undefined) return { verdict: 'refused', rule, earlier }
      isKnown ||= earlier.targetEpoch === targetEpoch
    }
    if (this.#sourceEpoch !== null && sourceEpoch < this.#sourceEpoch) {
      return { verdict: 'refused', rule: 'source-too-old' }
    }
    if (isKnown) return isRepeat
    const isTooOld = this.#targetEpoch !== null && targetEpoch <= this.#targetEpoch
    return isTooOld ? { verdict: 'refused', rule: 'target-too-old' } : isNew
  }

  /** Remembers a block, whether or not it should have been signed. The first one sets the watermark. */
  addBlock(block: BlockSigning): void {
    const { slot, signingRoot } = block
    const isKnown = this.#blocks.some((signed) => signed.slot === slot && signed.signingRoot === signingRoot)
    if (isKnown) return
    this.#slot ??= slot
    insertSorted(this.#blocks, block, (signed) => signed.slot)
    if (this.#blocks.length <= signingsMax) return
    const forgotten = this.#blocks.shift()
    this.#slot = Math.max(this.#slot, forgotten?.slot ?? 0)
  }

  /** Remembers an attestation, whether or not it should have been signed. The first one sets the watermark. */
  addAttestation(attestation: AttestationSigning): void {
    const { sourceEpoch, targetEpoch, signingRoot } = attestation
    const isKnown = this.#attestations.some(
      (signed) =>
        signed.targetEpoch === targetEpoch &&
        signed.sourceEpoch === sourceEpoch &&
        signed.signingRoot === signingRoot,
    )
    if (isKnown) return
    this.#sourceEpoch ??= sourceEpoch
    this.#targetEpoch ??= targetEpoch
    insertSorted(this.#attestations, attestation, (signed) => signed.targetEpoch)
    if (this.#attestations.length <= signingsMax) return
    // A later target is none of its own and not surrounded by it; a source that is not older does not
    // surround it. So the two marks stand for the message that is forgotten.
    const forgotten = this.#attestations.shift()
    this.#sourceEpoch = Math.max(this.#sourceEpoch, forgotten?.sourceEpoch ?? 0)
    this.#targetEpoch = Math.max(this.#targetEpoch, forgotten?.targetEpoch ?? 0)
  }

  /** Raises the watermark to another one where that is higher. */
  raiseWatermark({ slot, sourceEpoch, targetEpoch }: Watermark): void {
    this.#slot = higher(this.#slot, slot)
    this.#sourceEpoch = higher(this.#sourceEpoch, sourceEpoch)
    this.#targetEpoch = higher(this.#targetEpoch, targetEpoch)
  }
}

function slashingRule(earlier: AttestationSigning, next: AttestationSigning): SlashingRule | undefined {
  if (earlier.targetEpoch === next.targetEpoch) {
    const isSame =
      earlier.sourceEpoch === next.sourceEpoch && isSameRoot(earlier.signingRoot, next.signingRoot)
    return isSame ? undefined : 'double-vote'
  }
  if (next.sourceEpoch < earlier.sourceEpoch && earlier.targetEpoch < next.targetEpoch) {
    return 'surrounding-vote'
  }
  if (earlier.sourceEpoch < next.sourceEpoch && next.targetEpoch < earlier.targetEpoch) {
    return 'surrounded-vote'
  }
  return undefined
}

/** A message without a root is like no other, also not like one without a root. */
function isSameRoot(a: Root | null, b: Root | null): boolean {
  return a !== null && a === b
}

function higher(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

/** Almost always at the end, since messages come in the order of time. */
function insertSorted<Item>(items: Item[], item: Item, keyOf: (item: Item) => number): void {
  let index = items.length
  for (; index > 0; index--) {
    const before = items[index - 1]
    if (before === undefined || keyOf(before) <= keyOf(item)) break
  }
  items.splice(index, 0, item)
}
