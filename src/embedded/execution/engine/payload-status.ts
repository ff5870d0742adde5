import type { Hex } from '../../../plan/manifest.ts'

/** The verdict on a payload (Engine API, PayloadStatusV1). */
export interface PayloadStatus {
  readonly status: 'VALID' | 'INVALID' | 'SYNCING'
  /** The nearest ancestor, or the block itself, that is valid; null when it is not known. */
  readonly latestValidHash: Hex | null
  readonly validationError: string | null
}

export const syncing: PayloadStatus = { status: 'SYNCING', latestValidHash: null, validationError: null }

export function valid(hash: Hex): PayloadStatus {
  return { status: 'VALID', latestValidHash: hash, validationError: null }
}

export function invalid(validationError: string, latestValidHash: Hex | null): PayloadStatus {
  return { status: 'INVALID', latestValidHash, validationError }
}
