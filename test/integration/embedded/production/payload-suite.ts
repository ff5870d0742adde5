import { ssz } from '@lodestar/types'
import { expect, test } from 'vitest'
import { hexToBytes } from '../../../../src/embedded/execution/bytes.ts'
import type { Manifest } from '../../../../src/plan/manifest.ts'
import { rawBlobTransaction } from '../execution/support/blobs.ts'
import { accounts, signTransaction, zeroHash } from '../execution/support/chain.ts'
import { depositContract } from '../execution/support/contracts.ts'
import { testDeposit } from '../execution/support/deposit.ts'
import { judge, runBlock } from './support/judged-block.ts'
import { advanceToSlot, openTestNode, produce, publish } from './support/test-node.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

export function testPayloads(manifest: Manifest): void {
  test('transactions, blobs and requests of the execution layer go into the block', async () => {
    const [{ address }] = accounts
    const balanceWei = (10n ** 21n).toString()
    const funded = { ...manifest, accounts: [{ address, privateKey: zeroHash, balanceWei }] }
    const node = await openTestNode({ manifest: funded })
    await runBlock(node, 1)
    const fork = node.config.getForkName(0)
    const isFulu = fork === 'fulu'
    const deposit = testDeposit()
    const transaction = {
      nonce: 0,
      to: depositContract,
      value: 10n ** 18n,
      data: deposit.data,
      gas: 200_000n,
    }
    await node.executionNode.sendRawTransaction(hexToBytes(await signTransaction(accounts[0], transaction)))
    const sidecar = isFulu ? 'cell proofs' : 'blob proofs'
    await node.executionNode.sendRawTransaction(rawBlobTransaction({ nonce: 1n, sidecar }))

    await advanceToSlot(node, 2)
    const parentState = node.chain.head.state
    const produced = await produce(node, 2)
    judge(parentState, await publish(node, produced.block))
    const { body } = produced.block
    expect(body.executionPayload.transactions).toHaveLength(2)
    expect(body.blobKzgCommitments).toHaveLength(1)
    expect(produced.blobs.blobs).toHaveLength(1)
    expect(produced.blobs.kzgProofs).toHaveLength(isFulu ? 128 : 1)
    expect(produced.executionPayloadValueWei).toBeGreaterThan(0n)
    const requests = 'executionRequests' in body ? body.executionRequests.deposits : undefined
    const encoded = requests?.map((request) => ssz.electra.DepositRequest.serialize(request).subarray(0, -8))
    expect(encoded).toEqual(fork === 'deneb' ? undefined : [deposit.request])
    // The execution client has found the payload valid, requests and all.
    expect(node.chain.head).toMatchObject({ slot: 2, isOptimistic: false })
  })

  test('withdrawals go into the block', async () => {
    const node = await openTestNode({
      manifest,
      changeGenesis: (state) => state.balances.set(3, state.balances.get(3) + 7_000_000),
    })
    const { message } = await runBlock(node, 1)
    const { withdrawals } = message.body.executionPayload
    expect(withdrawals).toMatchObject([{ validatorIndex: 3, amount: 7_000_000n }])
  })
}
