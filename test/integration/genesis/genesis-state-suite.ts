import { createBeaconConfig } from '@lodestar/config'
import { ForkSeq, MIN_SEED_LOOKAHEAD, SLOTS_PER_EPOCH, SYNC_COMMITTEE_SIZE } from '@lodestar/params'
import {
  createCachedBeaconState,
  createPubkeyCache,
  naiveGetNextSyncCommitteeIndices,
  processSlots,
} from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'
import { expect, test } from 'vitest'
import type { GenesisState } from '../../../src/genesis/beacon-state.ts'
import { buildGenesis } from '../../../src/genesis/build-genesis.ts'
import { makeChainConfig } from '../../../src/genesis/chain-config.ts'
import { genesisFork } from '../../../src/genesis/fork-epochs.ts'
import { validatorPublicKey, validatorSecretKeys } from '../../../src/genesis/validator-keys.ts'
import type { ChainPlan } from '../../../src/plan/manifest.ts'
import { exampleGenesisTime, exampleManifest, feeRecipients } from '../../unit/genesis/example-manifest.ts'

// A chain's constants are global to the thread: a test file activates them, and only then imports this.

const validatorCount = 24
const balanceGwei = 32_100_000_000
const forkVersions = { deneb: '0x84000539', electra: '0x85000539', fulu: '0x86000539' } as const

type Genesis = Awaited<ReturnType<typeof openGenesis>>

export async function openGenesis(chain: ChainPlan) {
  const fork = genesisFork(chain.forks)
  const manifest = exampleManifest({ chain, validators: { count: validatorCount, balanceGwei } })
  const files = await buildGenesis(manifest, exampleGenesisTime)
  const openState = (): GenesisState => ssz[fork].BeaconState.deserializeToViewDU(files.genesisSsz)
  const cachedState = () => {
    const state = openState()
    const chainConfig = makeChainConfig(manifest, exampleGenesisTime)
    const config = createBeaconConfig(chainConfig, state.genesisValidatorsRoot)
    return createCachedBeaconState(state, { config, pubkeyCache: createPubkeyCache() })
  }
  return { fork, files, openState, cachedState }
}

export function testEncoding({ fork, files, openState, cachedState }: Genesis): void {
  test('decodes to a state with the roots that were given, and encodes to the same bytes', () => {
    const state = openState()
    expect(toHex(state.hashTreeRoot())).toBe(files.genesisStateRoot)
    expect(toHex(state.validators.hashTreeRoot())).toBe(files.genesisValidatorsRoot)
    expect(toHex(state.genesisValidatorsRoot)).toBe(files.genesisValidatorsRoot)
    expect(Buffer.compare(state.serialize(), files.genesisSsz)).toBe(0)
  })

  test('the genesis block is empty, and is what the first block builds on', () => {
    const block = ssz[fork].BeaconBlock.defaultViewDU()
    block.stateRoot = openState().hashTreeRoot()
    expect(toHex(block.hashTreeRoot())).toBe(files.genesisBlockRoot)
    expect(toHex(processSlots(cachedState(), 1).blockRoots.get(0))).toBe(files.genesisBlockRoot)
  })
}

export function testContents({ fork, files, openState }: Genesis): void {
  const state = openState()

  test('is at its fork from the start, at the time that was given', () => {
    const { previousVersion, currentVersion, epoch } = state.fork
    expect({
      previousVersion: toHex(previousVersion),
      currentVersion: toHex(currentVersion),
      epoch,
      slot: state.slot,
      genesisTime: state.genesisTime,
    }).toEqual({
      previousVersion: forkVersions[fork],
      currentVersion: forkVersions[fork],
      epoch: 0,
      slot: 0,
      genesisTime: exampleGenesisTime,
    })
  })

  test('all validators are active, with the keys and the stake of the plan', () => {
    const keys = validatorSecretKeys({ kind: 'interop' }, 0, validatorCount).map(validatorPublicKey)
    const validators = state.validators.getAllReadonlyValues()
    expect(validators.map(({ pubkey }) => toHex(pubkey))).toEqual(keys.map(toHex))
    expect(state.balances.getAll()).toEqual(new Array(validatorCount).fill(balanceGwei))
    for (const { effectiveBalance, activationEpoch, exitEpoch, slashed } of validators) {
      expect({ effectiveBalance, activationEpoch, exitEpoch, slashed }).toEqual({
        effectiveBalance: 32_000_000_000,
        activationEpoch: 0,
        exitEpoch: Number.POSITIVE_INFINITY,
        slashed: false,
      })
    }
    expect(toHex(validators.at(-1)?.withdrawalCredentials.subarray(12))).toBe(feeRecipients[1])
  })

  test('knows the execution block, and all randomness is its hash', () => {
    const { blockHash, blockNumber, timestamp, gasLimit } = state.latestExecutionPayloadHeader
    expect(toHex(blockHash)).toBe(files.executionBlockHash)
    expect({ blockNumber, timestamp, gasLimit }).toEqual({
      blockNumber: 0,
      timestamp: exampleGenesisTime,
      gasLimit: 60_000_000,
    })
    expect(toHex(state.eth1Data.blockHash)).toBe(files.executionBlockHash)
    expect(new Set(state.randaoMixes.toValue().map(toHex))).toEqual(new Set([files.executionBlockHash]))
  })
}

/** Slow by design: it compares with the library's plain version, which draws 64 times per seat at Electra. */
export function testSyncCommittees({ fork, openState, cachedState }: Genesis): void {
  test('both sync committees are the one that the specification draws', () => {
    const { validators, currentSyncCommittee, nextSyncCommittee } = openState()
    const increments = new Uint16Array(validatorCount).fill(32)
    const indices = Array.from({ length: validatorCount }, (_, index) => index)
    const drawn = naiveGetNextSyncCommitteeIndices(ForkSeq[fork], cachedState(), indices, increments)
    const publicKeys = drawn.map((index) => toHex(validators.getReadonly(index).pubkey))
    expect(publicKeys).toHaveLength(SYNC_COMMITTEE_SIZE)
    expect(currentSyncCommittee.toValue().pubkeys.map(toHex)).toEqual(publicKeys)
    expect(nextSyncCommittee.toValue()).toEqual(currentSyncCommittee.toValue())
  })
}

export function testEmptySlots({ fork, cachedState }: Genesis): void {
  test('the state transition runs past two epochs without a block', () => {
    const slot = 2 * SLOTS_PER_EPOCH + 1
    const state = processSlots(cachedState(), slot)
    expect(state.slot).toBe(slot)
    expect(toHex(state.fork.currentVersion)).toBe(forkVersions[fork])
    // Nobody voted, so everybody was penalized.
    const balances = state.balances.getAll()
    expect(balances).toHaveLength(validatorCount)
    expect(Math.max(...balances)).toBeLessThan(balanceGwei)
  })
}

/** For a chain that starts at Deneb, is at Electra from epoch 1 and at Fulu from epoch 2. */
export function testForks({ cachedState }: Genesis): void {
  test('the state transition upgrades the state fork by fork', () => {
    const versions = [0, 1, 2].map((epoch) => {
      const state = processSlots(cachedState(), epoch * SLOTS_PER_EPOCH + 1)
      return toHex(state.fork.currentVersion)
    })
    expect(versions).toEqual([forkVersions.deneb, forkVersions.electra, forkVersions.fulu])
  })
}

/** The same chain at Electra draws the proposers of each epoch when it comes. */
export function testProposerLookahead(chain: ChainPlan): void {
  test('the lookahead names the proposers that each epoch would draw by itself', async () => {
    const fulu = await openGenesis({ ...chain, forks: { fulu: 0 } })
    const electra = await openGenesis({ ...chain, forks: { electra: 0 } })
    let state = electra.cachedState()
    const drawn = [state.epochCtx.getBeaconProposer(0)]
    for (let slot = 1; slot < (MIN_SEED_LOOKAHEAD + 1) * SLOTS_PER_EPOCH; slot++) {
      state = processSlots(state, slot) as typeof state
      drawn.push(state.epochCtx.getBeaconProposer(slot))
    }
    expect(ssz.fulu.BeaconState.deserialize(fulu.files.genesisSsz).proposerLookahead).toEqual(drawn)
    expect(new Set(drawn).size).toBeGreaterThan(1)
  })
}

function toHex(bytes: Uint8Array | undefined): string {
  return `0x${Buffer.from(bytes ?? []).toString('hex')}`
}
