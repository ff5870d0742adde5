import { describe, expect, test } from 'vitest'
import { ForkIds } from '../../../../src/embedded/links/devp2p/fork-id.ts'

const genesisHash = new Uint8Array(32).fill(0xd4)
const [prague, osaka] = [1000, 2000]
const ids = new ForkIds(genesisHash, [prague, osaka])

describe('fork ids', () => {
  test('change at each fork, and tell of the next', () => {
    expect([0, 999, 1000, 1999, 2000, 9999].map((time) => ids.at(time).next)).toEqual([
      prague,
      prague,
      osaka,
      osaka,
      0,
      0,
    ])
    expect(new Set([0, 1000, 2000].map((time) => ids.at(time).hash)).size).toBe(3)
    expect(ids.at(999)).toEqual(ids.at(0))
  })

  test('of mainnet are those of EIP-2124 and EIP-6122, where times follow blocks', () => {
    // Genesis alone, and with the first fork, which EIP-2124 gives as a block number: 64 bits like a time.
    const mainnet = Uint8Array.from(
      Buffer.from('d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3', 'hex'),
    )
    const homestead = new ForkIds(mainnet, [1_150_000, 1_920_000])
    expect(homestead.at(0)).toEqual({ hash: 0xfc64ec04, next: 1_150_000 })
    expect(homestead.at(1_150_000)).toEqual({ hash: 0x97c2c34c, next: 1_920_000 })
    expect(homestead.at(1_920_000).hash).toBe(0x91d1f948)
  })

  test.each<[string, number, { at: number; next?: number; forks?: number[] }, boolean]>([
    ['the same', 1500, { at: 1500 }, true],
    ['the same, and it does not know the next fork', 1500, { at: 1500, next: 0 }, true],
    ['the same, and it knows another fork to come', 1500, { at: 1500, next: 5000 }, true],
    ['the same, and it knows a fork that has passed here', 1500, { at: 1500, next: 1400 }, false],
    ['behind, and it knows what comes', 2500, { at: 500 }, true],
    ['behind, and it does not know what comes', 2500, { at: 500, next: 0 }, false],
    ['ahead', 500, { at: 2500 }, true],
    ['on other forks', 2500, { at: 2500, forks: [1000, 2001] }, false],
  ])('of a peer that is %s', (_, headTime, { at, next, forks }, isCompatible) => {
    const remote = (forks === undefined ? ids : new ForkIds(genesisHash, forks)).at(at)
    const told = next === undefined ? remote : { ...remote, next }
    expect(ids.isCompatible(told, headTime)).toBe(isCompatible)
  })

  test('of another genesis are not compatible', () => {
    expect(ids.isCompatible(new ForkIds(new Uint8Array(32), []).at(0), 0)).toBe(false)
  })
})
