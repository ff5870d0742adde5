import type { ISignatureSet, PubkeyCache } from '@lodestar/state-transition'
import { promisesAtRest } from '../clock/event-loop.ts'
import { binaryKey } from './binary-key.ts'
import { BoundedMap } from './bounded-map.ts'
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
      if (this.#jobs.length === 1) void promisesAtRest().then(() => this.#flush())
    })
  }

  /** The same at once: whoever awaits nothing, such as the state transition of a block, verifies its own. */
  verifyNow(sets: readonly ISignatureSet[]): boolean {
    return this.#verifyAll([sets])[0] ?? false
  }

  #flush(): void {
    const jobs = this.#jobs
    this.#jobs = []
    const verdicts = this.#verifyAll(jobs.map(({ sets }) => sets))
    for (const [index, { resolve }] of jobs.entries()) resolve(verdicts[index] ?? false)
  }

  /** A verdict for each list of sets. */
  #verifyAll(lists: readonly (readonly ISignatureSet[])[]): boolean[] {
    const verdicts: (boolean | undefined)[] = lists.map(() => undefined)
    const unknown: UnknownList[] = []
    for (const [index, sets] of lists.entries()) {
      const list = this.#unknownOf(index, sets)
      if (typeof list === 'boolean') verdicts[index] = list
      else unknown.push(list)
    }
    this.#bisect(unknown, verdicts)
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
