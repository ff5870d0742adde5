import { setLengthLeft } from '@ethereumjs/util'
import { z } from 'zod'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, hexToBytes, quantity } from '../bytes.ts'
import type { ExecutionNode } from '../execution-node.ts'
import { hashedPath } from '../state/trie-path.ts'
import { emptyStorage, noCode } from '../state/world-state.ts'
import { findExecuted } from './find-block.ts'
import { method, type RpcMethods } from './rpc-method.ts'
import { addressSchema, blockSchema, slotSchema } from './schemas.ts'

const proofKeysMax = 1024

/** What accounts hold (execution-apis `eth/state.yaml`). */
export function stateMethods(node: ExecutionNode): RpcMethods {
  return {
    eth_getBalance: method([addressSchema, blockSchema], async ([address, block]) => {
      const { state } = await findExecuted(node, block)
      return quantity(state.account(hexToBytes(address))?.balanceWei ?? 0n)
    }),
    eth_getCode: method([addressSchema, blockSchema], async ([address, block]) => {
      const { state } = await findExecuted(node, block)
      return bytesToHex((state.account(hexToBytes(address))?.code ?? noCode).bytes)
    }),
    eth_getStorageAt: method([addressSchema, slotSchema, blockSchema], async ([address, slot, block]) => {
      const { state } = await findExecuted(node, block)
      return bytesToHex(setLengthLeft(state.storageAt(hexToBytes(address), slot.bytes), 32))
    }),
    eth_getTransactionCount: method([addressSchema, blockSchema], async ([address, block]) => {
      // The pool knows the next nonce without building a block.
      if ('tag' in block && block.tag === 'pending') return quantity(node.pool.nextNonce(address))
      const { state } = await findExecuted(node, block)
      return quantity(state.account(hexToBytes(address))?.nonce ?? 0n)
    }),
    eth_getProof: method(
      [addressSchema, z.array(slotSchema).max(proofKeysMax), blockSchema],
      async ([address, slots, block]) => {
        const { state } = await findExecuted(node, block)
        const account = state.account(hexToBytes(address))
        const storage = account?.storage ?? emptyStorage
        return {
          address,
          accountProof: state.accountProof(hexToBytes(address)).map(bytesToHex),
          balance: quantity(account?.balanceWei ?? 0n),
          codeHash: bytesToHex((account?.code ?? noCode).hash),
          nonce: quantity(account?.nonce ?? 0n),
          storageHash: bytesToHex(storage.rootHash),
          storageProof: slots.map(({ text, bytes }) => ({
            // Clients match the answers by what they asked for.
            key: text,
            value: bytesQuantity(state.storageAt(hexToBytes(address), bytes)),
            proof: storage.proof(hashedPath(bytes)).map(bytesToHex),
          })),
        }
      },
    ),
  }
}

function bytesQuantity(bytes: Uint8Array): Hex {
  return quantity(bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes)))
}
