import { BaseError, messageOf } from '../../errors.ts'

export type StoreErrorReason =
  /** What is in it contradicts itself, or cannot be read. */
  | 'damaged'
  /** Another process has it open. */
  | 'locked'
  /** It was made by a version of this package that keeps things otherwise. */
  | 'other-version'
  /** The disk does not take or give data, or the store is closed. */
  | 'unavailable'

const remedies: Record<StoreErrorReason, string> = {
  damaged:
    'Delete the directory, or just the data of the node, to start from genesis: it syncs from its peers.',
  locked: 'Stop the network that runs in that directory first.',
  'other-version': 'Use the version that made it, or delete the directory to start from genesis.',
  unavailable: 'Look for free space on the disk and for the permissions of the directory.',
}

/** A store of blocks that cannot be used. */
export class StoreError extends BaseError {
  readonly reason: StoreErrorReason

  constructor(reason: StoreErrorReason, directory: string, problem: string, cause?: unknown) {
    super({
      code: `store-${reason}`,
      category: 'runtime',
      shortMessage: `The chain data in ${directory} cannot be used: ${problem}.`,
      metaMessages: [remedies[reason]],
      facts: { directory, problem, reason },
      cause,
    })
    this.reason = reason
  }
}

/** What an error of the database means. Errors of ours are left as they are. */
export function storeErrorOf(directory: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const codes = codesOf(error)
  const problem = codes.length === 0 ? messageOf(error) : `${messageOf(error)} (${codes.join(', ')})`
  if (codes.includes('LEVEL_LOCKED')) return new StoreError('locked', directory, 'it is in use', error)
  if (codes.includes('LEVEL_CORRUPTION')) return new StoreError('damaged', directory, problem, error)
  return new StoreError('unavailable', directory, problem, error)
}

/** The database tells the kind of a failure by the code of its error, or of the error's cause. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...code, ...codesOf(error.cause)]
}
