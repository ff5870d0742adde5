import { describe, expect, test } from 'vitest'
import { systemContracts } from '../../../src/genesis/system-contracts.ts'
import type { Hex } from '../../../src/plan/manifest.ts'
import { createGenesisEvm, systemAddress } from './genesis-evm.ts'

const someRoot: Hex = `0x${'ab'.repeat(32)}`
const beaconRoots: Hex = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02'
const historyStorage: Hex = '0x0000f90827f1c53a10cb7a02335b175320002935'
const withdrawalQueue: Hex = '0x00000961ef480eb55e80d19ad83579a64c007002'
const consolidationQueue: Hex = '0x0000bbddc7ce488642fb579f8b00f3a590007251'

describe('the system contracts', () => {
  test('are at the addresses of their EIPs', () => {
    expect(systemContracts.map(({ address }) => address)).toEqual([
      beaconRoots,
      historyStorage,
      withdrawalQueue,
      consolidationQueue,
    ])
  })

  test('EIP-4788: a beacon root is found by the time of its block', async () => {
    const call = await createGenesisEvm()
    const block = { number: 5, timestamp: 1_700_000_010 }
    await call({ to: beaconRoots, from: systemAddress, data: someRoot, block })
    const later = { number: 6, timestamp: 1_700_000_012 }
    expect((await call({ to: beaconRoots, data: word(block.timestamp), block: later })).data).toBe(someRoot)
    const unknown = await call({ to: beaconRoots, data: word(block.timestamp - 1), block: later })
    expect(unknown.error).toBe('revert')
  })

  test('EIP-2935: a block hash is found by its number', async () => {
    const call = await createGenesisEvm()
    await call({
      to: historyStorage,
      from: systemAddress,
      data: someRoot,
      block: { number: 5, timestamp: 10 },
    })
    const later = { number: 9, timestamp: 18 }
    expect((await call({ to: historyStorage, data: word(4), block: later })).data).toBe(someRoot)
    expect((await call({ to: historyStorage, data: word(9), block: later })).error).toBe('revert')
  })

  test.each([
    // EIP-7002: validator_pubkey, amount in gwei (0: exit). EIP-7251: source_pubkey, target_pubkey.
    { name: 'EIP-7002', queue: withdrawalQueue, request: '22'.repeat(48) + '00'.repeat(8) },
    { name: 'EIP-7251', queue: consolidationQueue, request: '22'.repeat(48) + '33'.repeat(48) },
  ])('$name: a request costs 1 wei, and is handed over once', async ({ queue, request }) => {
    const call = await createGenesisEvm()
    const from: Hex = `0x${'44'.repeat(20)}`
    expect((await call({ to: queue })).data).toBe(word(1))
    expect((await call({ to: queue, from, data: `0x${request}` })).error).toBe('revert')
    expect((await call({ to: queue, from, data: `0x${request}`, valueWei: 1n })).error).toBeUndefined()
    expect((await call({ to: queue, from: systemAddress })).data).toBe(`${from}${request}`)
    expect((await call({ to: queue, from: systemAddress })).data).toBe('0x')
  })
})

/** A number as the EVM passes it. */
function word(value: number): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
