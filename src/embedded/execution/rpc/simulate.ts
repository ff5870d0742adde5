import { Block, createBlockHeader } from '@ethereumjs/block'
import { type AccessList, getCalldataFloorGas, type TypedTransaction } from '@ethereumjs/tx'
import { Address, bigIntMax, bigIntMin, createAddressFromString } from '@ethereumjs/util'
import { type RunTxResult, runTx, type VM } from '@ethereumjs/vm'
import type { Hex } from '../../../plan/manifest.ts'
import { hexToBytes, zeroAddress } from '../bytes.ts'
import { isFailedCheck, reasonOf } from '../chain/block-errors.ts'
import type { ExecutedBlock } from '../chain/block-record.ts'
import type { FixedCommon } from '../chain/fixed-common.ts'
import type { Machine } from '../chain/vm-pool.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { callTransaction } from './call-transaction.ts'
import { RpcError } from './rpc-error.ts'
import type { BlockOverride, CallRequest, StateOverride } from './schemas.ts'
import { applyStateOverride } from './state-override.ts'

/** Gas of a call that names none, as Geth's `--rpc.gascap`. */
export const callGasMax = 50_000_000n

/** Gas that a simulated transaction may have: from Osaka on also what any may have (EIP-7825). */
export function transactionGasMax(common: FixedCommon): bigint {
  return common.isActivatedEIP(7825)
    ? bigIntMin(callGasMax, common.param('maxTransactionGasLimit'))
    : callGasMax
}

export interface SimulationOptions {
  readonly stateOverride?: StateOverride | undefined
  readonly blockOverride?: BlockOverride | undefined
  /** Called before the transaction runs, to listen to the machine. */
  readonly observe?: (vm: VM) => void
  readonly reportAccessList?: boolean
}

export interface SimulationOutcome {
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Gas given back at the end, which had to be there before. */
  readonly gasRefunded: bigint
  readonly returned: Uint8Array
  /** The EVM's name for what went wrong, such as `revert` or `out of gas`. */
  readonly error: string | undefined
  readonly accessList: AccessList
}

/**
 * Runs a transaction that nobody has signed on the state after a block, in that block's environment, and
 * forgets what it changed.
 * @throws RpcError when the transaction could not even start.
 */
export async function simulate(
  node: ExecutionNode,
  call: CallRequest,
  executed: ExecutedBlock,
  options: SimulationOptions = {},
): Promise<SimulationOutcome> {
  const { header } = executed.record.block
  const common = node.shared.rules.commonAt(options.blockOverride?.time ?? header.timestamp)
  const lookUp = node.chain.ancestorHashes(executed.record)
  return node.shared.machines.use(common, executed.state, lookUp, async (machine) => {
    await applyStateOverride(machine.state, options.stateOverride)
    options.observe?.(machine.vm)
    const environment = simulatedBlock(executed, call, common, options.blockOverride)
    try {
      const transaction = callTransaction(call, gasLimitOf(call, common), common)
      const sender = createAddressFromString(call.from ?? zeroAddress)
      transaction.getSenderAddress = () => sender
      return (await isContract(machine, sender))
        ? await runAsContract(machine, transaction, sender, environment)
        : await runAsAccount(machine, transaction, environment, options.reportAccessList ?? false)
    } catch (error) {
      throw isFailedCheck(error) ? new RpcError('server', readableFailure(error)) : error
    }
  })
}

function gasLimitOf(call: CallRequest, common: FixedCommon): bigint {
  return bigIntMin(call.gas ?? callGasMax, transactionGasMax(common))
}

/** The block that the call sees. A call that offers no fee sees a base fee of zero, as in Geth. */
function simulatedBlock(
  executed: ExecutedBlock,
  call: CallRequest,
  common: FixedCommon,
  override: BlockOverride = {},
): Block {
  const { header } = executed.record.block
  const offersFee = (call.gasPrice ?? call.maxFeePerGas ?? 0n) > 0n
  const fields = {
    parentHash: header.parentHash,
    number: override.number ?? header.number,
    timestamp: override.time ?? header.timestamp,
    gasLimit: override.gasLimit ?? header.gasLimit,
    coinbase: override.feeRecipient ?? header.coinbase,
    mixHash: override.prevRandao ?? header.mixHash,
    baseFeePerGas: offersFee ? (override.baseFeePerGas ?? header.baseFeePerGas ?? 0n) : 0n,
    excessBlobGas: header.excessBlobGas ?? 0n,
  }
  return new Block(createBlockHeader(fields, { common }), [], [], [], { common })
}

async function isContract({ state }: Machine, address: Address): Promise<boolean> {
  const code = await state.getCode(address)
  return code.length > 0 && !(code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00)
}

async function runAsAccount(
  { vm }: Machine,
  transaction: TypedTransaction,
  block: Block,
  reportAccessList: boolean,
): Promise<SimulationOutcome> {
  const result = await runTx(vm, {
    tx: transaction,
    block,
    skipNonce: true,
    skipBlockGasLimitValidation: true,
    reportAccessList,
  })
  return outcomeOf(transaction, result)
}

function outcomeOf({ gasLimit }: TypedTransaction, result: RunTxResult): SimulationOutcome {
  return {
    gasLimit,
    gasUsed: result.totalGasSpent,
    gasRefunded: result.gasRefund,
    returned: result.execResult.returnValue,
    error: result.execResult.exceptionError?.error,
    accessList: result.accessList ?? [],
  }
}

/** The library refuses transactions from contracts (EIP-3607), but to ask what one would get is common. */
async function runAsContract(
  { vm }: Machine,
  transaction: TypedTransaction,
  sender: Address,
  block: Block,
): Promise<SimulationOutcome> {
  const intrinsicGas = transaction.getIntrinsicGas()
  if (transaction.gasLimit < intrinsicGas) throw new Error('intrinsic gas too low')
  await vm.evm.journal.cleanup()
  for (const address of [sender, transaction.to, block.header.coinbase, ...precompiles(vm)]) {
    if (address !== undefined) vm.evm.journal.addAlwaysWarmAddress(address.toString())
  }
  const { execResult } = await vm.evm.runCall({
    block,
    caller: sender,
    ...(transaction.to === undefined ? {} : { to: transaction.to }),
    value: transaction.value,
    data: transaction.data,
    gasLimit: transaction.gasLimit - intrinsicGas,
    gasPrice: 'gasPrice' in transaction ? transaction.gasPrice : transaction.maxFeePerGas,
  })
  const spent = intrinsicGas + execResult.executionGasUsed
  // EIP-3529: at most a fifth is given back; EIP-7623: at least the floor is paid.
  const gasRefunded = bigIntMin(execResult.gasRefund ?? 0n, spent / 5n)
  return {
    gasLimit: transaction.gasLimit,
    gasUsed: bigIntMax(spent - gasRefunded, getCalldataFloorGas(transaction, sender)),
    gasRefunded,
    returned: execResult.returnValue,
    error: execResult.exceptionError?.error,
    accessList: [],
  }
}

function precompiles(vm: VM): Address[] {
  return [...vm.evm.precompiles.keys()].map((digits) => new Address(hexToBytes(`0x${digits}` as Hex)))
}

/** What went wrong, in the words that wallets recognise. */
function readableFailure(error: Error): string {
  const reason = reasonOf(error)
  return reason.includes("doesn't have enough funds")
    ? `insufficient funds for gas * price + value: ${reason}`
    : reason
}
