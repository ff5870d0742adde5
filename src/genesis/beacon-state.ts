import { LeafNode, subtreeFillToDepth } from '@chainsafe/persistent-merkle-tree'
import type { ChainForkConfig } from '@lodestar/config'
import { FAR_FUTURE_EPOCH, GENESIS_EPOCH, GENESIS_SLOT } from '@lodestar/params'
import type { BeaconStateDeneb, BeaconStateElectra, BeaconStateFulu } from '@lodestar/state-transition'
import { type deneb, ssz } from '@lodestar/types'
import type { ForkName } from '../plan/manifest.ts'
import { proposerLookahead, syncCommittee } from './committees.ts'
import { emptyDepositRoot } from './deposit-contract.ts'

/** A validator that is active from the first epoch on. */
export interface GenesisValidator {
  /** Compressed, 48 bytes. */
  readonly publicKey: Uint8Array
  /** 32 bytes. */
  readonly withdrawalCredentials: Uint8Array
  readonly balanceGwei: number
  readonly effectiveBalanceGwei: number
}

export interface BeaconStateParameters {
  readonly fork: ForkName
  readonly config: ChainForkConfig
  /** Unix time in seconds. */
  readonly genesisTime: number
  readonly validators: readonly GenesisValidator[]
  readonly executionPayloadHeader: deneb.ExecutionPayloadHeader
}

export type GenesisState = BeaconStateDeneb | BeaconStateElectra | BeaconStateFulu

/**
 * The beacon state of slot 0, as if the chain had always been at its genesis fork.
 *
 * The consensus specification describes such states for tests only (`initialize_beacon_state_from_eth1` in
 * each fork's `beacon-chain.md`, section Testing). As there, the churn of Electra starts at zero. Unlike
 * there, the validators come with the state, and from Electra on all deposits are requests (EIP-6110), so
 * `deposit_requests_start_index` is 0: while it is unset, clients look for deposits of the old kind, and
 * Prysm logs an error every few seconds.
 */
export function makeBeaconState(parameters: BeaconStateParameters): GenesisState {
  const { fork, config, genesisTime, validators, executionPayloadHeader } = parameters
  const { version } = config.forks[fork]
  const { BeaconState, BeaconBlockBody } = ssz[fork]
  const { Fork, BeaconBlockHeader, Eth1Data } = ssz.phase0
  const { blockHash } = executionPayloadHeader

  const state: GenesisState = BeaconState.defaultViewDU()
  state.genesisTime = genesisTime
  state.slot = GENESIS_SLOT
  state.fork = Fork.toViewDU({ previousVersion: version, currentVersion: version, epoch: GENESIS_EPOCH })
  state.latestBlockHeader = BeaconBlockHeader.toViewDU({
    ...BeaconBlockHeader.defaultValue(),
    bodyRoot: BeaconBlockBody.defaultViewDU().hashTreeRoot(),
  })
  state.eth1Data = Eth1Data.toViewDU({ depositRoot: emptyDepositRoot(), depositCount: 0, blockHash })
  state.latestExecutionPayloadHeader = ssz.deneb.ExecutionPayloadHeader.toViewDU(executionPayloadHeader)
  state.randaoMixes = filledRandaoMixes(blockHash)
  addValidators(state, validators)
  state.currentSyncCommittee = syncCommittee(fork, state)
  state.nextSyncCommittee = state.currentSyncCommittee
  if (isFulu(state)) state.proposerLookahead = proposerLookahead(state)
  state.commit()
  return state
}

/** Root of the genesis block: the header in the state, with the state root that it could not contain. */
export function genesisBlockRoot(state: GenesisState): Uint8Array {
  const header = state.latestBlockHeader.toValue()
  return ssz.phase0.BeaconBlockHeader.hashTreeRoot({ ...header, stateRoot: state.hashTreeRoot() })
}

/** One subtree, shared all over: the mainnet preset has 65,536 mixes, all equal at genesis. */
function filledRandaoMixes(mix: Uint8Array): GenesisState['randaoMixes'] {
  const { RandaoMixes } = ssz.phase0
  return RandaoMixes.getViewDU(subtreeFillToDepth(LeafNode.fromRoot(mix), RandaoMixes.depth))
}

function addValidators(state: GenesisState, validators: readonly GenesisValidator[]): void {
  const zeros = validators.map(() => 0)
  state.validators = ssz.phase0.Validators.toViewDU(
    validators.map(({ publicKey, withdrawalCredentials, effectiveBalanceGwei }) => ({
      pubkey: publicKey,
      withdrawalCredentials,
      effectiveBalance: effectiveBalanceGwei,
      slashed: false,
      activationEligibilityEpoch: GENESIS_EPOCH,
      activationEpoch: GENESIS_EPOCH,
      exitEpoch: FAR_FUTURE_EPOCH,
      withdrawableEpoch: FAR_FUTURE_EPOCH,
    })),
  )
  state.balances = ssz.phase0.Balances.toViewDU(validators.map(({ balanceGwei }) => balanceGwei))
  state.previousEpochParticipation = ssz.altair.EpochParticipation.toViewDU(zeros)
  state.currentEpochParticipation = ssz.altair.EpochParticipation.toViewDU(zeros)
  state.inactivityScores = ssz.altair.InactivityScores.toViewDU(zeros)
  state.genesisValidatorsRoot = state.validators.hashTreeRoot()
}

function isFulu(state: GenesisState): state is BeaconStateFulu {
  return 'proposerLookahead' in state
}
