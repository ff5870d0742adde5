import { type Attestation, type AttesterSlashing, sszTypesFor } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
import type { BeaconChain } from '../chain/beacon-chain.ts'
import type { ChainAnchor } from '../chain/chain-anchor.ts'
import type { ChainObserver } from '../chain/chain-events.ts'
import type { SlotTime } from '../clock/slot-time.ts'
import type { ForkChoice } from '../fork-choice/fork-choice.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'
import { compressedFile } from './compressed-file.ts'
import { storeChecks, viableHeadsCheck } from './store-checks.ts'
import { traceConfig } from './trace-config.ts'
import { TraceDirectory } from './trace-directory.ts'

/** Where the message begins in a serialised signed block: after its offset (4 bytes) and the signature (96). */
const MESSAGE_OFFSET = 100

/** What a trace needs of the chain that it follows. */
interface Traced {
  readonly directory: TraceDirectory
  readonly forkChoice: ForkChoice
  readonly time: SlotTime
  readonly forkAt: (slot: number) => Fork
}

/**
 * Writes what a node's fork choice was given, in order, and what it made of it, in the layout of the
 * consensus specification's own tests (consensus-specs `tests/formats/fork_choice`), so that the executable
 * specification can judge a run. It goes beyond the layout in two things: times have fractions of a second, and
 * a block says whether it was `timely` where it arrived before the deadline and its import ended after it.
 *
 * One for each node, for all of its lives. Errors of the disk end the trace, and not the node.
 */
export class TraceWriter implements ChainObserver {
  readonly #path: string
  #traced: Traced | undefined
  /** Of the last tick. */
  #slot = 0
  /** Time of the last tick that was written. */
  #timeMs = 0
  /** A tick that is not written yet: attestations that were waiting for earlier slots come before it. */
  #tickMs: number | undefined

  /** @param path the node's folder; it gets another one, with `.2` and so on, each time it starts again */
  constructor(path: string) {
    this.#path = path
  }

  /** @throws {TraceError} when the folder cannot be made. */
  onOpen({ forkChoice, time, protocol }: BeaconChain, anchor: ChainAnchor): void {
    const directory = TraceDirectory.create(this.#path)
    const forkAt = (slot: number) => protocol.config.getForkName(slot) as Fork
    this.#traced = { directory, forkChoice, time, forkAt }
    this.#slot = forkChoice.currentSlot
    this.#timeMs = forkChoice.timeMs
    directory.writeFile('config.yaml', traceConfig(protocol.config))
    writeAnchor(directory, anchor)
  }

  onTick(timeMs: number): void {
    this.#tickMs = timeMs
  }

  onTicked(): void {
    const timeMs = this.#tickMs
    this.#tickMs = undefined
    if (timeMs === undefined) return
    this.#writeTick(timeMs)
    const { directory, forkChoice } = this.#open()
    if (forkChoice.currentSlot === this.#slot) return
    this.#slot = forkChoice.currentSlot
    directory.writeStep({ checks: { ...storeChecks(forkChoice), ...viableHeadsCheck(forkChoice) } })
    directory.flush()
  }

  onBlock(block: SignedBlock, isValid: boolean): void {
    const file = compressedFile(block, 'block', () => block)
    this.#open().directory.writeSsz(file)
    const timeliness = isValid ? this.#timelinessOf(block) : {}
    this.#writeChecked({ block: file.name, valid: isValid, ...timeliness })
  }

  onAttestation(attestation: Attestation, isValid: boolean): void {
    const { directory, time, forkAt } = this.#open()
    const { slot } = attestation.data
    // One that was waiting counts from the start of the next slot on, however late the tick is that shows it.
    if (this.#tickMs !== undefined) this.#writeTick(time.startOfSlotMs(slot + 1))
    const file = compressedFile(attestation, 'attestation', () => {
      const type = sszTypesFor(forkAt(slot)).Attestation
      return { root: toRootHex(type.hashTreeRoot(attestation)), bytes: type.serialize(attestation) }
    })
    directory.writeSsz(file)
    directory.writeStep({ attestation: file.name, valid: isValid })
  }

  onAttesterSlashing(slashing: AttesterSlashing, isValid: boolean): void {
    const { directory, forkAt } = this.#open()
    const file = compressedFile(slashing, 'attester_slashing', () => {
      const type = sszTypesFor(forkAt(this.#slot)).AttesterSlashing
      return { root: toRootHex(type.hashTreeRoot(slashing)), bytes: type.serialize(slashing) }
    })
    directory.writeSsz(file)
    this.#writeChecked({ attester_slashing: file.name, valid: isValid })
  }

  /** @throws {TraceError} when the trace is not complete. */
  onStop(): void {
    this.#open().directory.close()
  }

  #open(): Traced {
    if (this.#traced === undefined) throw new TypeError('The trace of a chain that was not opened.')
    return this.#traced
  }

  #writeTick(timeMs: number): void {
    if (timeMs <= this.#timeMs) return
    this.#timeMs = timeMs
    this.#open().directory.writeStep({ tick: timeMs / 1000 })
  }

  /** Only where the time of the last tick tells otherwise: the specification knows that time alone. */
  #timelinessOf({ root, slot }: SignedBlock): { timely?: boolean } {
    const { forkChoice } = this.#open()
    const timely = forkChoice.getBlock(root)?.isTimely
    return timely === undefined || timely === forkChoice.isTimely(slot) ? {} : { timely }
  }

  #writeChecked(step: Readonly<Record<string, unknown>>): void {
    const { directory, forkChoice } = this.#open()
    directory.writeStep(step)
    directory.writeStep({ checks: storeChecks(forkChoice) })
  }
}

function writeAnchor(directory: TraceDirectory, { block, state, epoch }: ChainAnchor): void {
  const message = block.bytes.subarray(MESSAGE_OFFSET)
  directory.writeSsz(compressedFile(state, 'anchor_state', () => ({ bytes: state.serialize() })))
  directory.writeSsz(compressedFile(message, 'anchor_block', () => ({ bytes: message })))
  // The specification takes it from the state, which is older where the epoch's first slots were empty.
  if (epoch !== undefined) directory.writeFile('meta.yaml', `anchor_epoch: ${epoch}\n`)
}
