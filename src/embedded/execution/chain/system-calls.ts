import { bigIntToBytes, createAddressFromString, setLengthLeft } from '@ethereumjs/util'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, quantity } from '../bytes.ts'
import { InvalidBlockError } from './block-errors.ts'
import type { ReceiptRecord } from './block-record.ts'
import { depositRequests } from './deposit-requests.ts'
import type { FixedCommon } from './fixed-common.ts'
import type { Machine } from './vm-pool.ts'

/**
 * The system's own work around a block's transactions. The library does the same inside `runBlock`, which
 * runs a given list of transactions and cannot choose them; every block built with these functions is
 * compared with `runBlock` when another process imports it.
 */

const beaconRootsAddress: Hex = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02'

const word = (value: bigint) => setLengthLeft(bigIntToBytes(value), 32)

/** Before the transactions: the parent's beacon root (EIP-4788) and its hash (EIP-2935) go into the state. */
export async function writeHistory(
  { state }: Machine,
  common: FixedCommon,
  header: { timestamp: bigint; number: bigint; parentHash: Uint8Array; parentBeaconBlockRoot: Uint8Array },
): Promise<void> {
  const beaconRoots = createAddressFromString(beaconRootsAddress)
  if ((await state.getCodeSize(beaconRoots)) > 0) {
    const ring = common.param('historicalRootsLength')
    const index = header.timestamp % ring
    await state.putStorage(beaconRoots, word(index), bigIntToBytes(header.timestamp))
    await state.putStorage(beaconRoots, word(index + ring), header.parentBeaconBlockRoot)
  }
  if (!common.isActivatedEIP(2935)) return
  const blockHashes = addressParameter(common, 'historyStorageAddress')
  if ((await state.getCodeSize(blockHashes)) > 0) {
    const index = (header.number - 1n) % common.param('historyServeWindow')
    await state.putStorage(blockHashes, word(index), header.parentHash)
  }
}

/** After the transactions: the requests to the consensus layer (EIP-7685), by type, without empty ones. */
export async function collectRequests(
  machine: Machine,
  common: FixedCommon,
  receipts: readonly ReceiptRecord[],
): Promise<Uint8Array[]> {
  if (!common.isActivatedEIP(7685)) return []
  const deposits = depositRequests(receipts, common)
  const withdrawals = await systemCall(machine, common, 'withdrawalRequestPredeployAddress')
  const consolidations = await systemCall(machine, common, 'consolidationRequestPredeployAddress')
  return [deposits, withdrawals, consolidations].flatMap((data, type) =>
    data.length === 0 ? [] : [Uint8Array.from([type, ...data])],
  )
}

async function systemCall({ vm, state }: Machine, common: FixedCommon, contract: string) {
  const to = addressParameter(common, contract)
  // A chain whose genesis lacks the contract has no such requests; the library treats it alike.
  if ((await state.getCodeSize(to)) === 0) return new Uint8Array(0)
  const caller = addressParameter(common, 'systemAddress')
  const callerBefore = await state.getAccount(caller)
  const { execResult } = await vm.evm.runCall({
    caller,
    to,
    gasLimit: common.param('systemCallGasLimit'),
    skipNonceIncrement: true,
  })
  // The EVM leaves an empty account for a caller that has none; a system call must leave no trace of it.
  if (callerBefore === undefined) await state.deleteAccount(caller)
  if (execResult.exceptionError !== undefined) {
    throw new InvalidBlockError(`The system call to ${bytesToHex(to.bytes)} fails.`)
  }
  return execResult.returnValue
}

function addressParameter(common: FixedCommon, name: string) {
  return createAddressFromString(`0x${quantity(common.param(name)).slice(2).padStart(40, '0')}`)
}
