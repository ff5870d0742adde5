import { type electra, ssz } from '@lodestar/types'

/** Kinds of EIP-7685 requests by their type byte, with their lists in the block body. */
const kinds = [
  { type: 0x00, name: 'deposits', list: () => ssz.electra.DepositRequests },
  { type: 0x01, name: 'withdrawals', list: () => ssz.electra.WithdrawalRequests },
  { type: 0x02, name: 'consolidations', list: () => ssz.electra.ConsolidationRequests },
] as const

/**
 * `get_execution_requests` (electra/validator.md): the execution client's requests as the block body has them.
 *
 * @param requests Type byte and SSZ of each kind that is not empty, in ascending order of type.
 * @throws RangeError for an unknown type, a wrong order, or an empty request
 * @throws Error for a list that does not decode
 */
export function decodeExecutionRequests(requests: readonly Uint8Array[]): electra.ExecutionRequests {
  const decoded = ssz.electra.ExecutionRequests.defaultValue()
  let lastType = -1
  for (const request of requests) {
    const type = request[0] ?? -1
    const kind = kinds.find((known) => known.type === type)
    if (kind === undefined || type <= lastType || request.length === 1) {
      throw new RangeError(`Request of type ${type} and ${request.length} bytes does not belong here`)
    }
    lastType = type
    Object.assign(decoded, { [kind.name]: kind.list().deserialize(request.subarray(1)) })
  }
  return decoded
}
