import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { ForkChoiceError } from '../../../../src/embedded/fork-choice/errors.ts'
import { ForkChoice } from '../../../../src/embedded/fork-choice/fork-choice.ts'
import { hashOf, rootOf } from '../../../unit/embedded/fork-choice/roots.ts'
import * as spec from './reference.ts'
import {
  balancesAt,
  genesisState,
  plausibleState,
  type SimulatedValidator,
  validatorsAt,
  wildState,
} from './simulated-states.ts'
import type { Step } from './steps.ts'

export interface LockstepOptions {
  readonly isFulu: boolean
  readonly validators: readonly SimulatedValidator[]
  /** Whether checkpoints follow no rule at all, or move as a state transition would move them. */
  readonly hasWildCheckpoints: boolean
}

const config = { slotsPerEpoch: 4, slotDurationMs: 6000, genesisTimeMs: 1_000_000, minSeedLookahead: 1 }
const anchorRoot = rootOf(1)

/** All that the two have in common, after a step. */
interface View {
  readonly head: string
  readonly currentSlot: number
  readonly proposerBoostRoot: string
  readonly checkpoints: Record<string, spec.Checkpoint>
  readonly weights: ReadonlyMap<string, bigint>
  readonly optimistic: ReadonlySet<string>
  readonly viableHeads: ReadonlySet<string>
  readonly votes: ReadonlyMap<number, { readonly epoch: number; readonly root: string }>
  readonly equivocating: ReadonlySet<number>
}

/** Gives the same steps to our fork choice and to the specification's, and compares the two after each. */
export class Lockstep {
  readonly forkChoice: ForkChoice
  readonly store: spec.Store
  /** What the steps led to, so that a property can demand that something interesting happened. */
  readonly counts = {
    imported: 0,
    refusedBlocks: 0,
    votes: 0,
    refusedVotes: 0,
    reorgs: 0,
    invalidated: 0,
    pruned: 0,
  }
  readonly #options: LockstepOptions
  /** Attestations that the specification wants again when their slot is over. */
  readonly #waiting: spec.ReferenceAttestation[] = []
  /** All blocks ever imported: with unique roots, also after some were removed. */
  readonly #roots = [anchorRoot]
  readonly #forgotten = new Set<string>()

  constructor(options: LockstepOptions) {
    this.#options = options
    const anchor = { slot: 0, parentRoot: spec.EMPTY_ROOT, proposerIndex: 0 }
    this.store = spec.getForkchoiceStore(
      { ...config, isFulu: options.isFulu },
      {
        root: anchorRoot,
        block: { ...anchor, blockHash: hashOf(anchorRoot) },
        state: genesisState,
        stateSlot: 0,
      },
      (checkpoint) => validatorsAt(checkpoint, options.validators),
    )
    this.forkChoice = new ForkChoice({
      options: { ...config, fuluForkEpoch: options.isFulu ? 0 : Number.POSITIVE_INFINITY },
      anchor: {
        ...anchor,
        root: anchorRoot,
        stateSlot: 0,
        executionBlockHash: hashOf(anchorRoot),
        justifiedCheckpoint: genesisState.currentJustifiedCheckpoint,
        finalizedCheckpoint: genesisState.finalizedCheckpoint,
      },
      states: {
        justifiedBalances: (checkpoint) => balancesAt(checkpoint, options.validators),
        committeeMembers: (root) => this.store.blockStates.get(root)?.committee ?? [],
      },
    })
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'tick':
        this.#tick(step)
        break
      case 'block':
        this.#block(step)
        break
      case 'attestation':
        this.#attestation(step)
        break
      case 'slashing':
        this.forkChoice.onAttesterSlashing(step.validators)
        spec.onAttesterSlashing(this.store, step.validators)
        break
      case 'payload':
        this.#payload(step)
        break
      case 'prune':
        this.#prune()
        break
    }
  }

  compare(): void {
    const expected = this.#viewOfSpecification()
    const found = this.#viewOfOurs()
    // Deep comparison by the test runner is slow, and wanted only for what it prints.
    if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected)
    this.#compareReorgs(expected.head)
  }

  #viewOfSpecification(): View {
    const { store } = this
    const kept = [...store.blocks.keys()].filter((root) => !this.#forgotten.has(root))
    const votes = [...store.latestMessages].filter(([, message]) => !this.#forgotten.has(message.root))
    return {
      head: spec.getHead(store),
      currentSlot: spec.getCurrentSlot(store),
      proposerBoostRoot: store.proposerBoostRoot,
      checkpoints: this.#checkpointsOf(store),
      weights: new Map(kept.map((root) => [root, spec.getWeight(store, root)])),
      optimistic: new Set(kept.filter((root) => store.optimisticRoots.has(root))),
      viableHeads: new Set(spec.getViableHeads(store)),
      votes: new Map(votes),
      equivocating: store.equivocatingIndices,
    }
  }

  #viewOfOurs(): View {
    const { forkChoice } = this
    const kept = forkChoice.dump().nodes.filter((node) => node.validity !== 'invalid')
    const optimistic = kept.filter((node) => node.validity === 'optimistic')
    const indices = [...this.#options.validators.keys()]
    return {
      head: forkChoice.getHead().root,
      currentSlot: forkChoice.currentSlot,
      proposerBoostRoot: forkChoice.proposerBoostRoot,
      checkpoints: this.#checkpointsOf(forkChoice),
      weights: new Map(kept.map((node) => [node.blockRoot, node.weightGwei])),
      optimistic: new Set(optimistic.map((node) => node.blockRoot)),
      viableHeads: new Set(forkChoice.getViableHeads().map((block) => block.root)),
      votes: new Map(
        indices.flatMap((index) => {
          const message = forkChoice.getLatestMessage(index)
          return message === undefined ? [] : [[index, message] as const]
        }),
      ),
      equivocating: new Set(indices.filter((index) => forkChoice.isEquivocating(index))),
    }
  }

  #compareReorgs(head: string): void {
    const { forkChoice, store } = this
    const parentRoot = store.blocks.get(head)?.parentRoot ?? ''
    // The specification has no answer for the anchor, nor have we for the oldest block that we keep.
    if (!store.blocks.has(parentRoot) || this.#forgotten.has(parentRoot)) return
    const currentSlot = spec.getCurrentSlot(store)
    for (const slot of [currentSlot, currentSlot + 1]) {
      // The specification asserts that the boost is gone, we build upon the head.
      const expected = store.proposerBoostRoot === head ? head : spec.getProposerHead(store, head, slot)
      const { root, isReorg } = forkChoice.getProposerHead(slot)
      expect([root, isReorg]).toEqual([expected, expected !== head])
      if (isReorg) this.counts.reorgs += 1
    }
    for (const proposesNextSlot of [true, false]) {
      expect(forkChoice.shouldOverrideForkchoiceUpdate({ proposesNextSlot })).toBe(
        spec.shouldOverrideForkchoiceUpdate(store, head, proposesNextSlot),
      )
    }
  }

  #tick({ slots, partOfSlot }: Extract<Step, { kind: 'tick' }>): void {
    const slotStartMs =
      config.genesisTimeMs + (spec.getCurrentSlot(this.store) + slots) * config.slotDurationMs
    const timeMs = Math.max(this.store.timeMs, slotStartMs + partOfSlot * config.slotDurationMs)
    this.forkChoice.onTick(timeMs)
    spec.onTick(this.store, Math.floor(timeMs), () => {
      const currentSlot = spec.getCurrentSlot(this.store)
      for (const attestation of this.#waiting.filter(({ slot }) => slot === currentSlot - 1)) {
        // Since it came, its block may have been removed for an invalid payload.
        accepts(() => spec.onAttestation(this.store, attestation, false))
      }
    })
  }

  #block(step: Extract<Step, { kind: 'block' }>): void {
    const root = step.isRepeated ? this.#known(step.parent) : rootOf(this.#roots.length + 1, step.salt)
    const parentRoot = this.#known(step.parent)
    // A block that was removed for its payload is known to us, and gone in the specification.
    if (step.isRepeated && !this.store.blocks.has(root)) return
    const slot = Math.max(0, spec.getCurrentSlot(this.store) + 1 - step.slotsBack)
    const block = { slot, parentRoot, proposerIndex: step.proposer, blockHash: hashOf(root) }
    const state = (this.#options.hasWildCheckpoints ? wildState : plausibleState)(this.store, block, step)
    const isNew = !this.store.blocks.has(root)
    const isExpected = accepts(() => spec.onBlock(this.store, root, block, state))
    const isTimely = this.forkChoice.isTimely(slot)
    if (isNew && isExpected) expect(isTimely).toBe(this.store.blockTimeliness.get(root))
    const isAccepted = accepts(() => {
      const result = this.forkChoice.onBlock({
        slot,
        root,
        parentRoot,
        proposerIndex: block.proposerIndex,
        executionBlockHash: block.blockHash,
        executionStatus: step.isOptimistic ? 'optimistic' : 'valid',
        isTimely,
        justifiedCheckpoint: state.currentJustifiedCheckpoint,
        finalizedCheckpoint: state.finalizedCheckpoint,
        unrealizedJustifiedCheckpoint: state.pulledUp.currentJustifiedCheckpoint,
        unrealizedFinalizedCheckpoint: state.pulledUp.finalizedCheckpoint,
      })
      // A forgotten block is refused, as it is older than the finalized one or conflicts with it.
      expect(result).toBe(isNew ? 'imported' : 'known')
    })
    expect(isAccepted).toBe(isExpected && !(this.#forgotten.has(root) && !isNew))
    if (!isNew || !isExpected) {
      if (!isExpected) this.counts.refusedBlocks += 1
      return
    }
    this.counts.imported += 1
    this.#roots.push(root)
    if (step.isOptimistic) this.store.optimisticRoots.add(root)
    else spec.onValidPayload(this.store, root)
  }

  #attestation(step: Extract<Step, { kind: 'attestation' }>): void {
    const beaconBlockRoot = this.#known(step.block)
    // A vote for a block that we have forgotten is refused by design: see ForkChoice.
    if (this.#forgotten.has(beaconBlockRoot)) return
    const currentSlot = spec.getCurrentSlot(this.store)
    const slot = Math.max(0, currentSlot + 2 - step.slotsBack)
    const target = {
      epoch: Math.floor(slot / config.slotsPerEpoch) + step.targetEpochError,
      root: beaconBlockRoot,
    }
    if (this.store.blocks.has(beaconBlockRoot) && target.epoch >= 0) {
      target.root = spec.getCheckpointBlock(this.store, beaconBlockRoot, target.epoch)
    }
    if (step.hasOtherTarget) target.root = this.#known(step.block + 1)
    const attestation = { slot, beaconBlockRoot, target, attestingIndices: step.validators }

    // At the start of the slot after its own, the specification accepts what we now accept for later.
    const isEarly = slot >= currentSlot && slot <= currentSlot + 1
    const isExpected = isEarly
      ? this.#isAcceptedLater(attestation)
      : accepts(() => spec.onAttestation(this.store, attestation, step.isFromBlock))
    let result: string | undefined
    const isAccepted = accepts(() => {
      result = this.forkChoice.onAttestation({
        slot,
        blockRoot: beaconBlockRoot,
        target,
        attestingIndices: step.validators,
        isFromBlock: step.isFromBlock,
      })
    })
    expect(isAccepted).toBe(isExpected)
    if (!isAccepted) {
      this.counts.refusedVotes += 1
      return
    }
    expect(result).toBe(isEarly ? 'queued' : 'applied')
    this.counts.votes += 1
    if (isEarly) this.#waiting.push(attestation)
  }

  #isAcceptedLater(attestation: spec.ReferenceAttestation): boolean {
    const timeMs = config.genesisTimeMs + (attestation.slot + 1) * config.slotDurationMs
    const later = { ...this.store, timeMs, latestMessages: new Map(this.store.latestMessages) }
    return accepts(() => spec.onAttestation(later, attestation, false))
  }

  #payload({ block, isValid, ancestor }: Extract<Step, { kind: 'payload' }>): void {
    const root = this.#known(block)
    const { store } = this
    if (!store.blocks.has(root) || this.#forgotten.has(root)) return
    if (isValid) {
      this.forkChoice.onValidPayload(root)
      spec.onValidPayload(store, root)
      return
    }
    const latestValidHash = ancestor === undefined ? null : hashOf(this.#known(ancestor))
    const doomed = spec.blocksToInvalidate(store, root, latestValidHash)
    // Without its justified block the specification has no head, and ours says so: a case of its own.
    const checkpoints = Object.values(this.#checkpointsOf(store))
    if (checkpoints.some((checkpoint) => doomed.includes(checkpoint.root))) return
    const isExpected = doomed.every((member) => store.optimisticRoots.has(member))
    let invalidated: readonly string[] = []
    const isAccepted = accepts(() => {
      invalidated = this.forkChoice.onInvalidPayload(root, latestValidHash)
    })
    expect(isAccepted).toBe(isExpected)
    if (!isExpected) return
    expect([...invalidated].sort()).toEqual(doomed.sort())
    spec.removeInvalidated(store, doomed)
    this.counts.invalidated += doomed.length
  }

  #prune(): void {
    // So that the answers to compare are found anew, not kept from before.
    this.forkChoice.getHead()
    const { canonical, orphaned } = this.forkChoice.prune()
    const { finalizedCheckpoint } = this.store
    for (const { root } of canonical) {
      expect(root).not.toBe(finalizedCheckpoint.root)
      expect(spec.isAncestor(this.store, finalizedCheckpoint.root, root)).toBe(true)
    }
    for (const { root, executionStatus } of orphaned) {
      if (executionStatus === 'invalid') continue
      expect(spec.isAncestor(this.store, root, finalizedCheckpoint.root)).toBe(false)
    }
    for (const { root } of [...canonical, ...orphaned]) {
      expect(this.forkChoice.getBlock(root)).toBeUndefined()
      this.#forgotten.add(root)
    }
    this.counts.pruned += canonical.length + orphaned.length
  }

  #known(pick: number): string {
    // Recent blocks are picked most: `pick` counts from the newest.
    return this.#roots[Math.max(0, this.#roots.length - 1 - pick)] ?? anchorRoot
  }

  #checkpointsOf(source: ForkChoice | spec.Store): Record<string, spec.Checkpoint> {
    const { justifiedCheckpoint, finalizedCheckpoint } = source
    const { unrealizedJustifiedCheckpoint, unrealizedFinalizedCheckpoint } = source
    return {
      justifiedCheckpoint,
      finalizedCheckpoint,
      unrealizedJustifiedCheckpoint,
      unrealizedFinalizedCheckpoint,
    }
  }
}

/** Whether the call was accepted; any failure but a refusal is a failure of the test. */
function accepts(call: () => void): boolean {
  try {
    call()
    return true
  } catch (error) {
    if (error instanceof ForkChoiceError || error instanceof spec.SpecificationAssertion) return false
    throw error
  }
}
