import { createHash } from 'node:crypto'
import { PublicKey } from '@chainsafe/blst'
import { BLS_WITHDRAWAL_PREFIX, DOMAIN_BLS_TO_EXECUTION_CHANGE, ForkName } from '@lodestar/params'
import { computeSigningRoot, SignatureSetType } from '@lodestar/state-transition'
import { type capella, ssz } from '@lodestar/types'
import type { GossipNode, TopicRules } from '../gossip-node.ts'
import type { SignatureCheck } from '../shared-messages.ts'
import { alreadyKnown, type Refusal, reject } from '../verdicts.ts'

/** A change and the public key in it. */
export interface BlsChange {
  readonly value: capella.SignedBLSToExecutionChange
  /** Undefined when its bytes are no point of the curve. */
  readonly publicKey: PublicKey | undefined
}

/** `validate_bls_to_execution_change_gossip` (capella/p2p-interface.md). */
export const blsChangeRules: TopicRules<BlsChange> = {
  decode: (bytes) => toBlsChange(ssz.capella.SignedBLSToExecutionChange.deserialize(bytes)),
  before,
  signatures: (change, node) => [withdrawalSignature(change, node)],
  accept({ value }, { seen, pools }) {
    seen.blsChanges.add(value.message.validatorIndex)
    pools.operations.addBlsChange(value)
  },
}

export function toBlsChange(value: capella.SignedBLSToExecutionChange): BlsChange {
  return { value, publicKey: publicKeyOf(value.message.fromBlsPubkey) }
}

function before({ value, publicKey }: BlsChange, { chain, seen }: GossipNode): Refusal | undefined {
  const { validatorIndex, fromBlsPubkey } = value.message

  // [IGNORE] This is the first valid bls_to_execution_change received for the validator
  if (seen.blsChanges.has(validatorIndex)) {
    return alreadyKnown('already seen BLS to execution change for this validator')
  }

  // [IGNORE] The current epoch is at or after the Capella fork epoch: networks here start later.

  const { validators } = chain.head.state

  // [REJECT] The validator index is valid
  if (validatorIndex >= validators.length) return reject('validator index out of range')

  const { withdrawalCredentials } = validators.getReadonly(validatorIndex)

  // [REJECT] The validator has BLS withdrawal credentials
  if (withdrawalCredentials[0] !== BLS_WITHDRAWAL_PREFIX) {
    return reject('validator does not have BLS withdrawal credentials')
  }

  // [REJECT] The bls_to_execution_change is for the validator's withdrawal pubkey
  const hash = createHash('sha256').update(fromBlsPubkey).digest()
  if (Buffer.compare(hash.subarray(1), withdrawalCredentials.subarray(1)) !== 0) {
    return reject('pubkey does not match validator withdrawal credentials')
  }

  // A key that is none has signed nothing.
  if (publicKey === undefined) return reject('invalid BLS to execution change signature')
  return undefined
}

/** [REJECT] The signature is valid */
function withdrawalSignature({ value, publicKey }: BlsChange, { protocol }: GossipNode): SignatureCheck {
  const domain = protocol.config.getDomainAtFork(ForkName.phase0, DOMAIN_BLS_TO_EXECUTION_CHANGE)
  const signingRoot = computeSigningRoot(ssz.capella.BLSToExecutionChange, value.message, domain)
  const { signature } = value
  const sets = publicKey
    ? [{ type: SignatureSetType.single as const, pubkey: publicKey, signingRoot, signature }]
    : []
  return { reason: 'invalid BLS to execution change signature', sets }
}

function publicKeyOf(bytes: Uint8Array): PublicKey | undefined {
  try {
    return PublicKey.fromBytes(bytes, true)
  } catch {
    return undefined
  }
}
