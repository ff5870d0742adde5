import { bigIntMin } from '@ethereumjs/util'
import { hexToBytes, zeroAddress } from '../bytes.ts'
import type { ExecutedBlock } from '../chain/block-record.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { demandSuccess } from './execution-failure.ts'
import { RpcError } from './rpc-error.ts'
import type { CallRequest } from './schemas.ts'
import { type SimulationOptions, simulate, transactionGasMax } from './simulate.ts'

/** The search ends when the limit is known this well, as in Geth: 1.5 %. */
const tolerancePerMille = 15n

const transferGas = 21_000n

/** A callee gets at most 63/64 of the gas (EIP-150), so a refund or a stipend needs headroom. */
const withHeadroom = (gas: bigint) => ((gas + 2300n) * 64n) / 63n

/**
 * The lowest gas limit, nearly, with which a transaction succeeds.
 * @throws RpcError when it fails with any: code 3 when it reverts.
 */
export async function estimateGas(
  node: ExecutionNode,
  call: CallRequest,
  executed: ExecutedBlock,
  options: SimulationOptions,
): Promise<bigint> {
  const run = (gas: bigint) => simulate(node, { ...call, gas }, executed, options)
  const { rules } = node.shared
  const gasMax = transactionGasMax(rules.commonAt(executed.record.block.header.timestamp))
  let high = bigIntMin(highestGas(call, executed, options), gasMax)
  if (isPlainTransfer(call, executed, options) && (await succeeds(run, transferGas))) return transferGas
  const first = await run(high)
  if (first.error === 'out of gas') {
    throw new RpcError('server', `gas required exceeds allowance (${high})`)
  }
  demandSuccess(first)
  let low = first.gasUsed - 1n
  const optimistic = withHeadroom(first.gasUsed + first.gasRefunded)
  if (optimistic < high) {
    if (await succeeds(run, optimistic)) high = optimistic
    else low = optimistic
  }
  while (low + 1n < high && ((high - low) * 1000n) / high >= tolerancePerMille) {
    // Most need little more than they use, so the search starts near the bottom.
    const middle = bigIntMin((high + low) / 2n, low * 2n)
    if (await succeeds(run, middle)) high = middle
    else low = middle
  }
  return high
}

/** A transfer to an account without code uses what a transaction uses at least. */
function isPlainTransfer(call: CallRequest, executed: ExecutedBlock, options: SimulationOptions): boolean {
  if (call.to === undefined || call.to === null || (call.input ?? call.data ?? '0x') !== '0x') return false
  const code =
    options.stateOverride?.[call.to]?.code ?? executed.state.account(hexToBytes(call.to))?.code.bytes
  return code === undefined || code.length === 0
}

async function succeeds(run: (gas: bigint) => ReturnType<typeof simulate>, gas: bigint): Promise<boolean> {
  try {
    return (await run(gas)).error === undefined
  } catch (error) {
    // Below the intrinsic gas a transaction does not start at all.
    if (error instanceof RpcError) return false
    throw error
  }
}

/** What is asked for or fits into a block, as far as the sender can pay for it. */
function highestGas(call: CallRequest, executed: ExecutedBlock, options: SimulationOptions): bigint {
  const blockGas = options.blockOverride?.gasLimit ?? executed.record.block.header.gasLimit
  const gas = call.gas !== undefined && call.gas >= transferGas ? call.gas : blockGas
  const price = call.maxFeePerGas ?? call.gasPrice ?? 0n
  if (price === 0n) return gas
  const sender = call.from ?? zeroAddress
  const balance =
    options.stateOverride?.[sender]?.balance ?? executed.state.account(hexToBytes(sender))?.balanceWei ?? 0n
  const value = call.value ?? 0n
  if (value > balance) throw new RpcError('server', 'insufficient funds for transfer')
  return bigIntMin(gas, (balance - value) / price)
}
