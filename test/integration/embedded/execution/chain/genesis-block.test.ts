import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../../../../src/embedded/execution/bytes.ts'
import { GenesisUnsupportedError } from '../../../../../src/embedded/execution/chain/chain-rules.ts'
import { SharedExecution } from '../../../../../src/embedded/execution/chain/shared-execution.ts'
import { makeExecutionHeader } from '../../../../../src/genesis/execution-header.ts'
import { accounts, atGenesis, genesisTime, testGenesis } from '../support/chain.ts'

describe('the genesis block', () => {
  it.each([
    ['cancun', 'deneb'],
    ['prague', 'electra'],
    ['osaka', 'fulu'],
  ] as const)('has the hash that the library’s trie gives, at %s', async (fork, consensusFork) => {
    const genesis = testGenesis(atGenesis[fork])
    const header = await makeExecutionHeader(genesis, consensusFork)
    expect(new SharedExecution(genesis).genesis.record.hash).toBe(bytesToHex(header.hash()))
  })

  it('funds the accounts and holds the contracts', () => {
    const { state } = new SharedExecution(testGenesis()).genesis
    expect(state.account(hexToBytes(accounts[0].address))?.balanceWei).toBe(1000n * 10n ** 18n)
    expect(state.account(hexToBytes('0x000f3df6d732807ef1319fb7b8bb8522d0beac02'))?.code.bytes.length).toBe(
      97,
    )
    expect(state.account(hexToBytes('0x4242424242424242424242424242424242424242'))?.storage.isEmpty).toBe(
      false,
    )
  })

  it('follows the schedule of forks by timestamp', () => {
    const { rules } = new SharedExecution(testGenesis({ deneb: 0, electra: 1, fulu: 2 }))
    const epochSeconds = 16
    expect(rules.forkAt(genesisTime)).toBe('cancun')
    expect(rules.forkAt(genesisTime + epochSeconds - 1)).toBe('cancun')
    expect(rules.forkAt(genesisTime + epochSeconds)).toBe('prague')
    expect(rules.forkAt(genesisTime + 2 * epochSeconds)).toBe('osaka')
    expect(rules.commonAt(genesisTime)).toBe(rules.commonAt(genesisTime + 1))
  })

  it('cannot be before Cancun, or without a chain', () => {
    const genesis = testGenesis()
    const { cancunTime: _cancun, pragueTime: _prague, ...config } = genesis.config as Record<string, unknown>
    const shanghai = { ...genesis, config: { ...config, blobSchedule: {} } }
    expect(() => new SharedExecution(shanghai as never)).toThrow(GenesisUnsupportedError)
    expect(() => new SharedExecution({ ...genesis, config: undefined } as never)).toThrow(
      GenesisUnsupportedError,
    )
  })
})
