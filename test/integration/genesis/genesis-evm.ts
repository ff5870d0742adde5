import { createBlock } from '@ethereumjs/block'
import { Common, Hardfork, Mainnet, parseGethGenesisState } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { makeExecutionGenesis } from '../../../src/genesis/execution-genesis.ts'
import type { Hex } from '../../../src/plan/manifest.ts'
import { exampleGenesisTime, exampleManifest } from '../../unit/genesis/example-manifest.ts'

/** SYSTEM_ADDRESS (EIP-4788): who clients call the system contracts as. */
export const systemAddress: Hex = '0xfffffffffffffffffffffffffffffffffffffffe'

interface Call {
  readonly to: Hex
  readonly data?: Hex
  readonly from?: Hex
  readonly valueWei?: bigint
  readonly block?: { readonly number: number; readonly timestamp: number }
}

interface CallResult {
  /** Name of the EVM's error when the call failed. */
  readonly error: string | undefined
  readonly data: Hex
  /** Data of each log. */
  readonly logs: readonly Hex[]
}

/** An EVM on the state of an example genesis. It runs calls without a fee, one after the other. */
export async function createGenesisEvm(): Promise<(call: Call) => Promise<CallResult>> {
  const common = new Common({ chain: Mainnet, hardfork: Hardfork.Prague })
  const stateManager = new MerkleStateManager({ common })
  const genesis = makeExecutionGenesis(exampleManifest(), exampleGenesisTime)
  await stateManager.generateCanonicalGenesis(parseGethGenesisState(genesis))
  const evm = await createEVM({ common, stateManager })

  return async ({ to, data = '0x', from = `0x${'11'.repeat(20)}`, valueWei = 0n, block }) => {
    const { execResult } = await evm.runCall({
      to: createAddressFromString(to),
      caller: createAddressFromString(from),
      data: hexToBytes(data),
      value: valueWei,
      skipBalance: true,
      gasLimit: 30_000_000n,
      block: createBlock({ header: { ...block } }, { common }),
    })
    return {
      error: execResult.exceptionError?.error,
      data: bytesToHex(execResult.returnValue),
      logs: (execResult.logs ?? []).map(([, , logData]) => bytesToHex(logData)),
    }
  }
}
