import { createTx, TransactionType, type TypedTransaction } from '@ethereumjs/tx'
import { hexToBytes, quantity, sameBytes } from '../bytes.ts'
import type { FixedCommon } from '../chain/fixed-common.ts'
import { RpcError } from './rpc-error.ts'
import type { CallRequest } from './schemas.ts'

/** The unsigned transaction that a call request describes. Not frozen: its sender is still to be set. */
export function callTransaction(call: CallRequest, gasLimit: bigint, common: FixedCommon): TypedTransaction {
  const isFeeMarket = call.maxFeePerGas !== undefined || call.maxPriorityFeePerGas !== undefined
  if (isFeeMarket && call.gasPrice !== undefined) {
    throw new RpcError('server', 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
  }
  const shared = {
    gasLimit,
    value: call.value ?? 0n,
    data: callData(call),
    nonce: call.nonce ?? 0n,
    chainId: common.chainId(),
    ...(call.to === undefined || call.to === null ? {} : { to: call.to }),
  }
  const options = { common, freeze: false }
  const { accessList = [], authorizationList } = call
  const maxFeePerGas = call.maxFeePerGas ?? call.gasPrice ?? call.maxPriorityFeePerGas ?? 0n
  const maxPriorityFeePerGas = call.maxPriorityFeePerGas ?? call.gasPrice ?? 0n
  const fees = { maxFeePerGas, maxPriorityFeePerGas }
  if (authorizationList !== undefined && authorizationList.length > 0) {
    const type = TransactionType.EOACodeEIP7702
    const authorizations = authorizationList.map(formatAuthorization)
    return createTx({ ...shared, ...fees, type, accessList, authorizationList: authorizations }, options)
  }
  return createTx({ ...shared, ...fees, type: TransactionType.FeeMarketEIP1559, accessList }, options)
}

type AuthorizationRequest = NonNullable<CallRequest['authorizationList']>[number]

function formatAuthorization({ chainId, address, nonce, yParity, r, s }: AuthorizationRequest) {
  return {
    chainId: quantity(chainId),
    address,
    nonce: quantity(nonce),
    yParity: quantity(yParity),
    r: quantity(r),
    s: quantity(s),
  }
}

function callData({ input, data }: CallRequest): Uint8Array {
  const bytes = hexToBytes(input ?? data ?? '0x')
  if (input !== undefined && data !== undefined && !sameBytes(bytes, hexToBytes(data))) {
    throw new RpcError('server', 'both "data" and "input" are set and not equal')
  }
  return bytes
}
