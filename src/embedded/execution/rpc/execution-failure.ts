import { bytesToHex } from '../bytes.ts'
import { RpcError } from './rpc-error.ts'
import type { SimulationOutcome } from './simulate.ts'

/** Selector of `Error(string)`, what Solidity reverts with when a reason is given. */
const errorSelector = '0x08c379a0'
/** Selector of `Panic(uint256)`. */
const panicSelector = '0x4e487b71'

/** @throws RpcError, code 3 with the returned data for a revert, when the call failed. */
export function demandSuccess(outcome: SimulationOutcome): void {
  if (outcome.error === undefined) return
  if (outcome.error !== 'revert') throw new RpcError('server', outcome.error)
  const reason = revertReason(outcome.returned)
  throw new RpcError(
    'reverted',
    reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`,
    bytesToHex(outcome.returned),
  )
}

/** The text of a revert, if it follows Solidity's convention. The data is the contract's: anything. */
export function revertReason(data: Uint8Array): string | undefined {
  const selector = bytesToHex(data.subarray(0, 4))
  const wordAt = (offset: number) => BigInt(bytesToHex(data.subarray(offset, offset + 32)))
  if (selector === panicSelector && data.length >= 36) return `panic code 0x${wordAt(4).toString(16)}`
  if (selector !== errorSelector || data.length < 68) return undefined
  const length = wordAt(36)
  if (wordAt(4) !== 32n || length > BigInt(data.length - 68)) return undefined
  return new TextDecoder().decode(data.subarray(68, 68 + Number(length)))
}
