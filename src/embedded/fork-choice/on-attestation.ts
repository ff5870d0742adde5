import { NO_NODE, type TreeNode } from './block-tree.ts'
import { ForkChoiceError, type ForkChoiceReason } from './errors.ts'
import type { Store } from './store.ts'
import { epochAtSlot } from './store-time.ts'
import type { AttestationSummary } from './types.ts'
import { requireValidatorIndices } from './validator-indices.ts'

/** Gossip admits a clock that is a little ahead, and so an attestation of the slot that is about to start. */
const MAX_SLOTS_AHEAD = 1

/**
 * `on_attestation`. An attestation counts from the slot after its own: one that is early is checked now and
 * kept until then.
 */
export function onAttestation(store: Store, attestation: AttestationSummary): 'applied' | 'queued' {
  const voted = validateOnAttestation(store, attestation)
  requireValidatorIndices(attestation.attestingIndices, store.parameters.maxValidators)
  if (isEarly(store, attestation)) {
    store.queue.add(attestation)
    return 'queued'
  }
  applyVotes(store, attestation, voted)
  return 'applied'
}

/** `update_latest_messages`. @param voted undefined for a block that has been pruned */
export function applyVotes(
  store: Store,
  { target, attestingIndices }: AttestationSummary,
  voted: TreeNode | undefined,
): void {
  const nodeIndex = voted?.index ?? NO_NODE
  let isChanged = false
  for (let position = 0; position < attestingIndices.length; position++) {
    const validatorIndex = attestingIndices[position]
    if (validatorIndex === undefined) continue
    if (store.messages.update(validatorIndex, target.epoch, nodeIndex)) isChanged = true
  }
  if (isChanged) store.markStale()
}

/** `validate_on_attestation`, but for its last condition: an early attestation is not invalid, it waits. */
function validateOnAttestation(store: Store, attestation: AttestationSummary): TreeNode {
  const { slot, target, blockRoot, isFromBlock, attestingIndices } = attestation
  const { slotsPerEpoch } = store.parameters
  if (!Number.isSafeInteger(slot) || slot < 0 || attestingIndices.length === 0) {
    throw refused('malformed', 'it has no slot or no attester', attestation)
  }
  if (slot > store.time.slot + MAX_SLOTS_AHEAD) {
    throw refused('future-slot', `the current slot is ${store.time.slot}`, attestation)
  }
  // validate_target_epoch_against_current_time. When an early one counts, its epoch is the current or the
  // previous one, whatever it is now.
  if (!isFromBlock && !isEarly(store, attestation) && target.epoch < store.time.epoch - 1) {
    throw refused('target-epoch-not-current', `the current epoch is ${store.time.epoch}`, attestation)
  }
  if (target.epoch !== epochAtSlot(slot, slotsPerEpoch)) {
    throw refused('target-epoch-mismatch', `its target is of epoch ${target.epoch}`, attestation)
  }
  const voted = store.tree.get(blockRoot)
  if (voted === undefined) throw refused('unknown-block', 'the block is not known', attestation)
  if (voted.executionStatus === 'invalid') {
    throw refused('invalid-payload', 'the payload of the block is invalid', attestation)
  }
  if (voted.slot > slot) {
    throw refused('block-after-attestation', `the block is of slot ${voted.slot}`, attestation)
  }
  // The right target was known when the block came, although it may have been pruned since.
  if (target.root !== store.tree.checkpointRoot(voted, target.epoch)) {
    if (store.tree.get(target.root) === undefined) {
      throw refused('unknown-target', `its target block ${target.root} is not known`, attestation)
    }
    throw refused('target-not-ancestor', `its target ${target.root} is not in the block's chain`, attestation)
  }
  return voted
}

/** "Attestations can only affect the fork choice of subsequent slots." */
function isEarly(store: Store, attestation: AttestationSummary): boolean {
  return attestation.slot >= store.time.slot
}

function refused(
  reason: ForkChoiceReason,
  because: string,
  attestation: AttestationSummary,
): ForkChoiceError {
  const { slot, blockRoot, target } = attestation
  return new ForkChoiceError({
    reason,
    message: `The attestation of slot ${slot} for block ${blockRoot} does not count: ${because}.`,
    facts: { slot, blockRoot, targetEpoch: target.epoch, targetRoot: target.root },
  })
}
