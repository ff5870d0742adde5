import type { BlockHeader } from '@ethereumjs/block'
import { sameBytes } from '../bytes.ts'
import { InvalidBlockError, isFailedCheck } from './block-errors.ts'

/**
 * The header's rules against its parent (EIP-1559, EIP-4844, EIP-7918, execution-specs `validate_header`).
 * The library has them in its blockchain package, bound to a database of blocks that is not used here.
 * @throws InvalidBlockError
 */
export function validateHeader(header: BlockHeader, parent: BlockHeader): void {
  const fail = (field: string, expected: unknown, actual: unknown): never => {
    throw new InvalidBlockError(`The block's ${field} is ${actual}; its parent asks for ${expected}.`)
  }
  if (!sameBytes(header.parentHash, parent.hash())) fail('parent hash', 'another', 'not its hash')
  if (header.number !== parent.number + 1n) fail('number', parent.number + 1n, header.number)
  if (header.timestamp <= parent.timestamp) {
    fail('timestamp', `more than ${parent.timestamp}`, header.timestamp)
  }
  try {
    header.validateGasLimit(parent)
  } catch (error) {
    throw isFailedCheck(error) ? new InvalidBlockError(error.message, error) : error
  }
  const baseFee = parent.calcNextBaseFee()
  if (header.baseFeePerGas !== baseFee) fail('base fee', baseFee, header.baseFeePerGas)
  const excessBlobGas = parent.calcNextExcessBlobGas(header.common)
  if (header.excessBlobGas !== excessBlobGas) fail('excess blob gas', excessBlobGas, header.excessBlobGas)
}
