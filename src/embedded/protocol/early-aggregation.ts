import {
  aggregatePublicKeys,
  aggregateSignatures,
  aggregateWithRandomness,
  asyncAggregateWithRandomness,
  type PkAndSerializedSig,
  type PkAndSig,
  type PublicKey,
  Signature,
  type SignatureSet,
} from '@chainsafe/blst'
import type { IndexedSignatureSet, ISignatureSet } from '@lodestar/state-transition'
import { binaryKey } from './binary-key.ts'

/** Signatures of one message that are worth a task of the thread pool. */
const CHUNK_SIZE = 8

interface Message {
  readonly root: Uint8Array
  /** Not yet added up. */
  waiting: PkAndSerializedSig[]
  readonly chunks: Promise<PkAndSig | undefined>[]
}

/**
 * Adds up signatures of the same message, with random factors, while more of them are still being made: in the
 * thread pool, as soon as there are some.
 */
export class EarlyAggregation {
  readonly #messages = new Map<string, Message>()
  readonly #sets = new Set<ISignatureSet>()

  add(set: IndexedSignatureSet, pk: PublicKey): void {
    const { signingRoot: root, signature: sig } = set
    const key = binaryKey(root)
    let message = this.#messages.get(key)
    if (message === undefined) {
      message = { root, waiting: [], chunks: [] }
      this.#messages.set(key, message)
    }
    this.#sets.add(set)
    message.waiting.push({ pk, sig })
    if (message.waiting.length < CHUNK_SIZE) return
    message.chunks.push(sumInPool(message.waiting))
    message.waiting = []
  }

  /** Whether it is in the sums. */
  has(set: ISignatureSet): boolean {
    return this.#sets.has(set)
  }

  /** One set for each message, or undefined when one of the signatures is malformed. */
  async sums(): Promise<SignatureSet[] | undefined> {
    const sets: SignatureSet[] = []
    for (const message of this.#messages.values()) {
      const set = await sumOf(message)
      if (set === undefined) return undefined
      sets.push(set)
    }
    return sets
  }
}

async function sumOf({ root, waiting, chunks }: Message): Promise<SignatureSet | undefined> {
  const sums = await Promise.all([...chunks, sumNow(waiting)])
  const parts = sums.flatMap((sum) => sum ?? [])
  const expected = chunks.length + (waiting.length > 0 ? 1 : 0)
  const [only] = parts
  if (parts.length !== expected || only === undefined) return undefined
  if (parts.length === 1) return { msg: root, ...only }
  const pk = aggregatePublicKeys(parts.map((part) => part.pk))
  return { msg: root, pk, sig: aggregateSignatures(parts.map((part) => part.sig)) }
}

/** Undefined where bytes are no signature: whoever waits for the sums then looks at each alone. */
async function sumInPool(signatures: PkAndSerializedSig[]): Promise<PkAndSig | undefined> {
  try {
    return await asyncAggregateWithRandomness(signatures)
  } catch {
    return undefined
  }
}

/** The same at once. Signatures are checked to be of the right group. */
function sumNow(waiting: PkAndSerializedSig[]): PkAndSig | undefined {
  const [only] = waiting
  try {
    if (waiting.length === 1 && only !== undefined) {
      return { pk: only.pk, sig: Signature.fromBytes(only.sig, true) }
    }
    return waiting.length === 0 ? undefined : aggregateWithRandomness(waiting)
  } catch {
    return undefined
  }
}
