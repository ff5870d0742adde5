import { BaseError } from '../../../errors.ts'

/**
 * The pool does not take a transaction. The messages are those that Geth gives, since wallets and libraries
 * recognise them.
 */
export class TransactionRejectedError extends BaseError {
  constructor(shortMessage: string, facts: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super({ code: 'transaction-rejected', category: 'runtime', shortMessage, facts, cause })
  }
}
