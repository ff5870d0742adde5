import type { ChainConfig } from '@lodestar/config'
import { type Attestation, type AttesterSlashing, ssz } from '@lodestar/types'
import { toRootHex } from '@lodestar/utils'
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

export interface TraceWriterParameters {
  /** The node's own folder, which must not hold a trace yet. */
  readonly directory: string
  readonly config: ChainConfig & { getForkName(slot: number): string }
  readonly time: SlotTime
  readonly anchor: ChainAnchor
}

/**
 * Writes what a node's fork choice was given, in order, and what it made of it, in the layout of the
 * consensus specification's own tests (consensus-specs `tests/formats/fork_choice`), so that the executable
 * specification can judge a run. In two things it goes beyond the layout: times have fractions of a second, and
 * a block whose import ended in another part of its slot than it arrived in says whether it was `timely`.
 *
 * Errors of the disk end the trace, not the node; `close` throws them.
 */
export class TraceWriter implements ChainObserver {
  readonly #directory: TraceDirectory
  readonly #forkOf: (slot: number) => Fork
  readonly #time: SlotTime
  #forkChoice: ForkChoice | undefined
  #slot: number
  /** Time of the last tick that was written. */
  #timeMs: number
  /** A tick that is not written yet: attestations that were waiting for earlier slots come before it. */
  #tickMs: number | undefined

  /** @throws {TraceError} when the folder cannot be made, or holds another trace. */
  constructor({ directory, config, time, anchor }: TraceWriterParameters) {
    this.#forkOf = (slot) => config.getForkName(slot) as Fork
    this.#time = time
    this.#slot = Math.max(anchor.state.slot, time.startSlotOf(anchor.epoch ?? 0))
    this.#timeMs = time.startOfSlotMs(this.#slot)
    this.#directory = new TraceDirectory(directory)
    this.#directory.writeFile('config.yaml', traceConfig(config))
    this.#writeAnchor(anchor)
  }

  /** To be called when the chain has been made, so that its fork choice can be asked for the checks. */
  watch(forkChoice: ForkChoice): void {
    this.#forkChoice = forkChoice
  }

  onTick(timeMs: number): void {
    this.#tickMs = timeMs
  }

  onTicked(): void {
    const timeMs = this.#tickMs
    if (timeMs === undefined) return
    this.#tickMs = undefined
    this.#writeTick(timeMs)
    const slot = this.#time.slotAt(timeMs)
    if (slot === this.#slot) return
    this.#slot = slot
    this.#writeChecks(viableHeadsCheck)
    this.#directory.flush()
  }

  onBlock(block: SignedBlock, isValid: boolean): void {
    const file = compressedFile(block, 'block', () => block)
    this.#directory.writeSsz(file)
    const timeliness = isValid ? this.#timelinessOf(block) : {}
    this.#directory.writeStep({ block: file.name, valid: isValid, ...timeliness })
    this.#writeChecks()
  }

  onAttestation(attestation: Attestation, isValid: boolean): void {
    const { slot } = attestation.data
    // One that was waiting counts from the start of the next slot on, however late the tick is that shows it.
    if (this.#tickMs !== undefined) this.#writeTick(this.#time.startOfSlotMs(slot + 1))
    const type = ssz[this.#forkOf(slot)].Attestation
    const file = compressedFile(attestation, 'attestation', () => ({
      root: toRootHex(type.hashTreeRoot(attestation)),
      bytes: type.serialize(attestation),
    }))
    this.#directory.writeSsz(file)
    this.#directory.writeStep({ attestation: file.name, valid: isValid })
  }

  onAttesterSlashing(slashing: AttesterSlashing, isValid: boolean): void {
    const type = ssz[this.#forkOf(this.#slot)].AttesterSlashing
    const file = compressedFile(slashing, 'attester_slashing', () => ({
      root: toRootHex(type.hashTreeRoot(slashing)),
      bytes: type.serialize(slashing),
    }))
    this.#directory.writeSsz(file)
    this.#directory.writeStep({ attester_slashing: file.name, valid: isValid })
    this.#writeChecks()
  }

  /** @throws {TraceError} when the trace is not complete. */
  close(): void {
    this.#forkChoice = undefined
    this.#directory.close()
  }

  #writeAnchor({ block, state, epoch }: ChainAnchor): void {
    const stateFile = compressedFile(state, 'anchor_state', () => ({ bytes: state.serialize() }))
    const bytes = block.bytes.subarray(MESSAGE_OFFSET)
    this.#directory.writeSsz(stateFile)
    this.#directory.writeSsz(compressedFile(bytes, 'anchor_block', () => ({ bytes })))
    // The specification takes it from the state, which is older where the epoch's first slots were empty.
    if (epoch !== undefined) this.#directory.writeFile('meta.yaml', `anchor_epoch: ${epoch}\n`)
  }

  #writeTick(timeMs: number): void {
    if (timeMs <= this.#timeMs) return
    this.#timeMs = timeMs
    this.#directory.writeStep({ tick: timeMs / 1000 })
  }

  /** Only where the time of the last tick tells otherwise, as the specification knows that time alone. */
  #timelinessOf({ root, slot }: SignedBlock): { timely?: boolean } {
    const timely = this.#forkChoice?.getBlock(root)?.isTimely
    return timely === undefined || timely === this.#forkChoice?.isTimely(slot) ? {} : { timely }
  }

  #writeChecks(more: (forkChoice: ForkChoice) => object = () => ({})): void {
    const forkChoice = this.#forkChoice
    if (forkChoice === undefined) return
    this.#directory.writeStep({ checks: { ...storeChecks(forkChoice), ...more(forkChoice) } })
  }
}
