import type { Root } from '../../fork-choice/types.ts'
import { InterchangeError, ProtectionStoreError, SlashableMessageError } from './errors.ts'
import { formatInterchange, type Interchange, type KeySignings, parseInterchange } from './interchange.ts'
import type { ProtectionEntry, ProtectionStore } from './protection-store.ts'
import {
  type AttestationSigning,
  type BlockSigning,
  type Judgement,
  SigningHistory,
  type Watermark,
} from './signing-history.ts'

/** The record is written anew when this many entries were appended, or twice as many as it needs. */
const appendedEntriesMin = 2048

/** Keys whose messages are recorded: far more than a node holds. */
const keysMax = 65_536

/**
 * Slashing protection as EIP-3076 describes it: no message is signed that could get its validator slashed,
 * also after a crash, a restart, or a move of the keys. `record…` judges a message and puts it on record
 * before it returns; whoever signs calls it first.
 */
export class SlashingProtection {
  readonly #genesisValidatorsRoot: Root
  readonly #store: ProtectionStore
  readonly #histories = new Map<string, SigningHistory>()
  #appendedEntries = 0

  /** Reads the record. @throws {ProtectionStoreError} when it is damaged, or of another chain */
  constructor(parameters: { store: ProtectionStore; genesisValidatorsRoot: Root }) {
    this.#store = parameters.store
    this.#genesisValidatorsRoot = parameters.genesisValidatorsRoot
    const { genesisValidatorsRoot, entries } = this.#store.load()
    if (genesisValidatorsRoot !== null && genesisValidatorsRoot !== this.#genesisValidatorsRoot) {
      throw new ProtectionStoreError({
        place: `of genesis validators root ${genesisValidatorsRoot}`,
        problem: `belongs to another chain than ${this.#genesisValidatorsRoot}`,
        advice: 'Give each network a directory of its own.',
      })
    }
    for (const entry of entries) this.#apply(entry)
    this.#appendedEntries = entries.length
    if (genesisValidatorsRoot === null) this.#rewrite()
  }

  /**
   * Puts a block on record, so that it may be signed.
   *
   * @param publicKey compressed, `0x` and 96 lower-case digits
   * @throws {SlashableMessageError} @throws {ProtectionStoreError}
   */
  recordBlock(publicKey: string, signing: BlockSigning): void {
    const judgement = this.#history(publicKey).judgeBlock(signing)
    if (judgement.verdict === 'refused') {
      throw refusal(publicKey, `a block at slot ${signing.slot}`, judgement)
    }
    if (judgement.verdict === 'new') this.#record([{ kind: 'block', publicKey, signing }])
  }

  /**
   * Puts one attestation of several keys on record, all in one write.
   *
   * @returns those that must not sign it, and why; the others may
   * @throws {ProtectionStoreError} when it cannot be recorded: nobody may sign it
   */
  recordAttestation(
    publicKeys: readonly string[],
    signing: AttestationSigning,
  ): ReadonlyMap<string, SlashableMessageError> {
    const refusals = new Map<string, SlashableMessageError>()
    const entries: ProtectionEntry[] = []
    for (const publicKey of publicKeys) {
      const judgement = this.#history(publicKey).judgeAttestation(signing)
      if (judgement.verdict === 'refused') {
        const { sourceEpoch, targetEpoch } = signing
        const message = `an attestation from epoch ${sourceEpoch} to ${targetEpoch}`
        refusals.set(publicKey, refusal(publicKey, message, judgement))
      } else if (judgement.verdict === 'new') {
        entries.push({ kind: 'attestation', publicKey, signing })
      }
    }
    this.#record(entries)
    return refusals
  }

  /**
   * Adds what another client has signed with the same keys. Its oldest messages become the oldest that are
   * remembered, where they are later than ours, so that nothing is signed in a gap that neither knows.
   * Messages that contradict each other are all remembered, and all respected.
   *
   * @param json an interchange file, parsed; not trusted
   * @returns the number of keys in it
   * @throws {InterchangeError} when it is malformed, or of another chain; @throws {ProtectionStoreError}
   */
  importInterchange(json: unknown): number {
    const { genesisValidatorsRoot, signings } = parseInterchange(json)
    if (genesisValidatorsRoot !== this.#genesisValidatorsRoot) {
      throw new InterchangeError(
        `it belongs to the chain with genesis validators root ${genesisValidatorsRoot}, this is ${this.#genesisValidatorsRoot}`,
        { genesisValidatorsRoot },
      )
    }
    const added = [...signings.keys()].filter((publicKey) => !this.#histories.has(publicKey))
    if (this.#histories.size + added.length > keysMax) {
      throw new InterchangeError(`there would be more than ${keysMax} keys`)
    }
    for (const [publicKey, ofKey] of signings) {
      this.#apply({ kind: 'watermark', publicKey, watermark: oldestOf(ofKey) })
      for (const signing of ofKey.blocks) this.#apply({ kind: 'block', publicKey, signing })
      for (const signing of ofKey.attestations) this.#apply({ kind: 'attestation', publicKey, signing })
    }
    this.#rewrite()
    return signings.size
  }

  /** All that is remembered, for another client. To be used when nothing is being signed any more. */
  exportInterchange(): Interchange {
    const signings = new Map<string, KeySignings>()
    for (const [publicKey, history] of this.#histories) signings.set(publicKey, exported(history))
    return formatInterchange({ genesisValidatorsRoot: this.#genesisValidatorsRoot, signings })
  }

  close(): void {
    this.#store.close()
  }

  #history(publicKey: string): SigningHistory {
    let history = this.#histories.get(publicKey)
    if (history === undefined) {
      history = new SigningHistory()
      this.#histories.set(publicKey, history)
    }
    return history
  }

  #record(entries: readonly ProtectionEntry[]): void {
    if (entries.length === 0) return
    // Remembered before it is written: should the write fail, it is refused rather than signed twice.
    for (const entry of entries) this.#apply(entry)
    this.#store.append(entries)
    this.#appendedEntries += entries.length
    if (this.#appendedEntries < appendedEntriesMin) return
    if (this.#appendedEntries >= 2 * this.#neededEntries()) this.#rewrite()
  }

  #apply(entry: ProtectionEntry): void {
    const history = this.#history(entry.publicKey)
    if (entry.kind === 'block') history.addBlock(entry.signing)
    else if (entry.kind === 'attestation') history.addAttestation(entry.signing)
    else history.raiseWatermark(entry.watermark)
  }

  #neededEntries(): number {
    let needed = 0
    for (const history of this.#histories.values()) needed += history.size
    return needed
  }

  #rewrite(): void {
    const entries = [...this.#histories].flatMap(([publicKey, history]) => entriesOf(publicKey, history))
    this.#store.replace(this.#genesisValidatorsRoot, entries)
    this.#appendedEntries = 0
  }
}

function refusal(
  publicKey: string,
  message: string,
  { rule, earlier }: Extract<Judgement, { verdict: 'refused' }>,
): SlashableMessageError {
  return new SlashableMessageError({
    rule,
    publicKey,
    message,
    ...(earlier === undefined ? {} : { earlier: JSON.stringify(earlier) }),
  })
}

function entriesOf(publicKey: string, history: SigningHistory): ProtectionEntry[] {
  return [
    { kind: 'watermark', publicKey, watermark: history.watermark },
    ...history.blocks.map((signing) => ({ kind: 'block', publicKey, signing }) as const),
    ...history.attestations.map((signing) => ({ kind: 'attestation', publicKey, signing }) as const),
  ]
}

/** The minima of conditions 2, 4 and 5. */
function oldestOf({ blocks, attestations }: KeySignings): Watermark {
  const lowest = (numbers: readonly number[]) =>
    numbers.reduce<number | null>(
      (least, number) => (least === null ? number : Math.min(least, number)),
      null,
    )
  return {
    slot: lowest(blocks.map(({ slot }) => slot)),
    sourceEpoch: lowest(attestations.map(({ sourceEpoch }) => sourceEpoch)),
    targetEpoch: lowest(attestations.map(({ targetEpoch }) => targetEpoch)),
  }
}

/**
 * The messages of a key from its watermark on. What the watermark stands for is told by messages without a
 * root where none that is remembered does: a reader takes the oldest for how far the file reaches.
 */
function exported({ watermark, blocks, attestations }: SigningHistory): KeySignings {
  const { slot, sourceEpoch, targetEpoch } = watermark
  const signings: KeySignings = { blocks: [], attestations: [] }
  if (slot !== null) {
    signings.blocks.push(...blocks.filter((block) => block.slot >= slot))
    if (signings.blocks[0]?.slot !== slot) signings.blocks.unshift({ slot, signingRoot: null })
  }
  if (sourceEpoch !== null && targetEpoch !== null) {
    signings.attestations.push(...attestations.filter((signed) => signed.targetEpoch >= targetEpoch))
    const [first] = signings.attestations
    if (first?.targetEpoch !== targetEpoch || first.sourceEpoch !== sourceEpoch) {
      signings.attestations.unshift({ sourceEpoch, targetEpoch, signingRoot: null })
    }
  }
  return signings
}
