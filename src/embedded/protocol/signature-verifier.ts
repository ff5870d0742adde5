import type { SignatureSet } from '@chainsafe/blst'
import type { ISignatureSet, PubkeyCache } from '@lodestar/state-transition'
import { promisesAtRest } from '../clock/event-loop.ts'
import { binaryKey } from './binary-key.ts'
import { BoundedMap } from './bounded-map.ts'
import { EarlyAggregation } from './early-aggregation.ts'
import { isBatchValid } from './signature-batch.ts'
import { VerifiedSignatures } from './verified-signatures.ts'

/** Verdicts that are remembered: some slots' worth of a network with a thousand validators. */
const REMEMBERED_MAX = 8192

interface Job {
  readonly sets: readonly ISignatureSet[]
  readonly resolve: (isValid: boolean) => void
}

/**
 * Verifies the network's BLS signatures, in batches: one signature costs 0.9 ms alone, a third of that among
 * others, and a seventh among others of the same message. Signatures are untrusted bytes: malformed ones are
 * invalid. Public keys are those of the state, which were checked when their deposits were.
 */
export class SignatureVerifier {
  readonly #pubkeys: PubkeyCache
  readonly #verdicts = new BoundedMap<string, boolean>(REMEMBERED_MAX)
  readonly #verified = new VerifiedSignatures()
  #jobs: Job[] = []
  #early = new EarlyAggregation()

  constructor(pubkeys: PubkeyCache) {
    this.#pubkeys = pubkeys
  }

  /**
   * Whether all are valid. What is asked for until all promises are at rest, by all nodes of the network, is
   * verified as one batch; when that fails, halves of it are, so that a bad signature spoils nobody else's.
   */
  verify(sets: readonly ISignatureSet[]): Promise<boolean> {
    return new Promise((resolve) => {
      this.#jobs.push({ sets, resolve })
      for (const set of sets) this.#aggregateEarly(set)
      if (this.#jobs.length === 1) void promisesAtRest().then(() => this.#flush())
    })
  }

  /** The same at once: whoever awaits nothing, such as the state transition of a block, verifies its own. */
  verifyNow(sets: readonly ISignatureSet[]): boolean {
    return this.#verifyAll([sets])[0] ?? false
  }

  /** Most signatures that come one by one are of a message that many sign. */
  #aggregateEarly(set: ISignatureSet): void {
    if (!('index' in set) || this.#verdicts.get(contentOf(set)) !== undefined) return
    const pk = this.#pubkeys.get(set.index)
    if (pk !== undefined) this.#early.add(set, pk)
  }

  async #flush(): Promise<void> {
    const [jobs, early] = [this.#jobs, this.#early]
    this.#jobs = []
    this.#early = new EarlyAggregation()
    const sums = await early.sums()
    const verdicts = this.#verifyAll(
      jobs.map(({ sets }) => sets),
      sums && { early, sums },
    )
    for (const [index, { resolve }] of jobs.entries()) resolve(verdicts[index] ?? false)
  }

  /** A verdict for each list of sets. @param added what was added up of them before */
  #verifyAll(lists: readonly (readonly ISignatureSet[])[], added?: AddedUp): boolean[] {
    const verdicts: (boolean | undefined)[] = lists.map(() => undefined)
    const unknown: UnknownList[] = []
    for (const [index, sets] of lists.entries()) {
      const list = this.#unknownOf(index, sets)
      if (typeof list === 'boolean') verdicts[index] = list
      else unknown.push(list)
    }
    if (added !== undefined && this.#isValidBySums(unknown, added)) {
      for (const list of unknown) this.#settle(list, true, verdicts)
    } else this.#bisect(unknown, verdicts)
    return verdicts.map((verdict) => verdict ?? false)
  }

  /** What of a list has not been verified before, or the verdict when that is known already. */
  #unknownOf(index: number, sets: readonly ISignatureSet[]): UnknownList | boolean {
    const unknown: ISignatureSet[] = []
    const keys: string[] = []
    for (const set of sets) {
      const key = contentOf(set)
      const verdict = this.#verdicts.get(key)
      if (verdict === false) return false
      if (verdict === true || this.#isSum(set)) continue
      unknown.push(set)
      keys.push(key)
    }
    return unknown.length === 0 ? true : { index, sets: unknown, keys }
  }

  #isValidBySums(lists: readonly UnknownList[], { early, sums }: AddedUp): boolean {
    const others = lists.flatMap(({ sets }) => sets.filter((set) => !early.has(set)))
    return isBatchValid(others, this.#pubkeys, sums)
  }

  #isSum(set: ISignatureSet): boolean {
    return 'indices' in set && this.#verified.isSum(set.indices, set.signingRoot, set.signature)
  }

  #bisect(lists: readonly UnknownList[], verdicts: (boolean | undefined)[]): void {
    if (lists.length === 0) return
    const isValid = isBatchValid(
      lists.flatMap(({ sets }) => sets),
      this.#pubkeys,
    )
    if (isValid || lists.length === 1) {
      for (const list of lists) this.#settle(list, isValid, verdicts)
      return
    }
    const middle = lists.length >>> 1
    this.#bisect(lists.slice(0, middle), verdicts)
    this.#bisect(lists.slice(middle), verdicts)
  }

  #settle({ index, keys, sets }: UnknownList, isValid: boolean, verdicts: (boolean | undefined)[]): void {
    verdicts[index] = isValid
    if (isValid) {
      for (const key of keys) this.#verdicts.set(key, true)
      for (const set of sets) {
        if ('index' in set) this.#verified.add(set.index, set.signingRoot, set.signature)
      }
    }
    // Of several sets, only one need be wrong: which one is not known.
    else if (keys.length === 1 && keys[0] !== undefined) this.#verdicts.set(keys[0], false)
  }
}

/** Signatures that have been added up, and their sums. */
interface AddedUp {
  readonly early: EarlyAggregation
  readonly sums: readonly SignatureSet[]
}

interface UnknownList {
  /** Place in the verdicts. */
  readonly index: number
  readonly sets: readonly ISignatureSet[]
  readonly keys: readonly string[]
}

/** Signers, message and signature, exactly: two sets of one content have one verdict. */
function contentOf(set: ISignatureSet): string {
  return `${signersOf(set)} ${binaryKey(set.signingRoot)}${binaryKey(set.signature)}`
}

function signersOf(set: ISignatureSet): string {
  if ('indices' in set) return set.indices.join()
  return 'index' in set ? String(set.index) : set.pubkey.toHex()
}
