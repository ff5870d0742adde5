import type { Root } from '../../fork-choice/types.ts'
import type { AttestationSigning, BlockSigning, Watermark } from './signing-history.ts'

/** One line of the record. In their order they make each key's history. */
export type ProtectionEntry =
  | { readonly kind: 'block'; readonly publicKey: string; readonly signing: BlockSigning }
  | { readonly kind: 'attestation'; readonly publicKey: string; readonly signing: AttestationSigning }
  | { readonly kind: 'watermark'; readonly publicKey: string; readonly watermark: Watermark }

export interface ProtectionRecord {
  /** The chain that the entries belong to; null of a record that is new. */
  readonly genesisValidatorsRoot: Root | null
  readonly entries: readonly ProtectionEntry[]
}

/**
 * Where the record of signed messages is kept. All of it is synchronous: an entry has left this process
 * before the signature that it speaks of exists, so no crash can part the two.
 */
export interface ProtectionStore {
  /** @throws {ProtectionStoreError} when the record is damaged */
  load(): ProtectionRecord
  /** Keeps the entries before it returns. @throws {ProtectionStoreError} */
  append(entries: readonly ProtectionEntry[]): void
  /** Replaces the whole record, or leaves it as it was. @throws {ProtectionStoreError} */
  replace(genesisValidatorsRoot: Root, entries: readonly ProtectionEntry[]): void
  close(): void
}

/** A record that lives as long as this object: for networks that leave nothing on disk. */
export class MemoryProtectionStore implements ProtectionStore {
  #genesisValidatorsRoot: Root | null = null
  #entries: ProtectionEntry[] = []

  load(): ProtectionRecord {
    return { genesisValidatorsRoot: this.#genesisValidatorsRoot, entries: [...this.#entries] }
  }

  append(entries: readonly ProtectionEntry[]): void {
    for (const entry of entries) this.#entries.push(entry)
  }

  replace(genesisValidatorsRoot: Root, entries: readonly ProtectionEntry[]): void {
    this.#genesisValidatorsRoot = genesisValidatorsRoot
    this.#entries = [...entries]
  }

  close(): void {}
}
