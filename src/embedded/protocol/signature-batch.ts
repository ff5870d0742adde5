import {
  aggregatePublicKeys,
  aggregateWithRandomness,
  type PublicKey,
  Signature,
  type SignatureSet,
  verify,
  verifyMultipleAggregateSignatures,
} from '@chainsafe/blst'
import type { ISignatureSet, PubkeyCache } from '@lodestar/state-transition'
import { binaryKey } from './binary-key.ts'

interface Message {
  readonly signingRoot: Uint8Array
  readonly signatures: { readonly pk: PublicKey; readonly sig: Uint8Array }[]
}

/**
 * Whether all signatures are valid, with soundness error 2^-64: what is signed by several is aggregated with
 * random factors, and so are the messages.
 *
 * @param sums what was added up so before, to be verified with the rest
 */
export function isBatchValid(
  sets: readonly ISignatureSet[],
  pubkeys: PubkeyCache,
  sums: readonly SignatureSet[] = [],
): boolean {
  if (sets.length + sums.length === 0) return true
  try {
    const verified = [...messagesOf(sets, pubkeys).map(aggregate), ...sums]
    const [first] = verified
    if (verified.length === 1 && first !== undefined) return verify(first.msg, first.pk, first.sig)
    return verifyMultipleAggregateSignatures(verified)
  } catch {
    // The library throws for bytes that are no point of the right group, and for unknown signers.
    return false
  }
}

function messagesOf(sets: readonly ISignatureSet[], pubkeys: PubkeyCache): Message[] {
  const messages = new Map<string, Message>()
  for (const set of sets) {
    const { signingRoot } = set
    const key = binaryKey(signingRoot)
    const signature = { pk: publicKeyOf(set, pubkeys), sig: set.signature }
    const message = messages.get(key)
    if (message === undefined) messages.set(key, { signingRoot, signatures: [signature] })
    else message.signatures.push(signature)
  }
  return [...messages.values()]
}

function publicKeyOf(set: ISignatureSet, pubkeys: PubkeyCache): PublicKey {
  if ('pubkey' in set) return set.pubkey
  if ('index' in set) return pubkeys.getOrThrow(set.index)
  return aggregatePublicKeys(set.indices.map((index) => pubkeys.getOrThrow(index)))
}

/** One public key and signature for all of a message. Signatures are checked to be of the right group. */
function aggregate({ signingRoot: msg, signatures }: Message) {
  const [first] = signatures
  if (signatures.length === 1 && first !== undefined) {
    return { msg, pk: first.pk, sig: Signature.fromBytes(first.sig, true) }
  }
  return { msg, ...aggregateWithRandomness(signatures) }
}
