import { BaseError, messageOf } from '../errors.ts'

/** A genesis was asked for that no client could start from. */
export class GenesisInputError extends BaseError {
  constructor({ field, value, expected }: { field: string; value: unknown; expected: string }) {
    super({
      code: 'genesis-input-invalid',
      category: 'options',
      shortMessage: `Cannot make a genesis with ${field} ${describe(value)}.`,
      metaMessages: [`Expected: ${expected}.`],
      facts: { field, value, expected },
    })
  }
}

/** The thread that makes the genesis failed or ended early; its error is the `cause`. */
export class GenesisWorkerError extends BaseError {
  constructor({ cause, exitCode }: { cause?: unknown; exitCode?: number }) {
    const observed = cause === undefined ? `it exited with code ${exitCode}` : messageOf(cause)
    super({
      code: 'genesis-worker-failed',
      category: 'start',
      shortMessage: `The genesis worker failed: ${observed}`,
      metaMessages: [
        'If a module or a native library is missing, run npm install again, on this machine.',
        'Otherwise please report it, with the options and the seed of the network.',
      ],
      facts: { exitCode },
      cause,
    })
  }
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}
