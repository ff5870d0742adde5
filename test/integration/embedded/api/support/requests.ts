import {
  DOMAIN_BEACON_ATTESTER,
  DOMAIN_BEACON_PROPOSER,
  DOMAIN_VOLUNTARY_EXIT,
  SLOTS_PER_EPOCH,
} from '@lodestar/params'
import { computeDomain, computeSigningRoot } from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'
import type { AcceptedMessage } from '../../../../../src/embedded/gossip/gossip.ts'
import type { Fork } from '../../../../../src/embedded/protocol/signed-block.ts'
import type { Manifest } from '../../../../../src/plan/manifest.ts'
import { TestSigner } from '../../support/test-signer.ts'
import type { ApiNetwork } from './api-network.ts'

export interface ApiRequest {
  readonly path: string
  readonly body?: unknown
}

/** Keeps the latest message of each kind that a node has taken in. */
export function collectMessages({ node }: ApiNetwork): ReadonlyMap<string, AcceptedMessage['content']> {
  const latest = new Map<string, AcceptedMessage['content']>()
  node.gossip.events.on('accept', ({ kind, content }) => latest.set(kind, content))
  return latest
}

type Messages = ReturnType<typeof collectMessages>

function latest<Kind extends AcceptedMessage['kind']>(messages: Messages, kind: Kind) {
  const content = messages.get(kind)
  if (content === undefined) throw new Error(`The node has taken in no ${kind}.`)
  return content as Extract<AcceptedMessage, { kind: Kind }>['content']
}

/**
 * A request for each operation of the standard that is answered with 200. What is posted is valid: messages that
 * the node has taken in before, and operations on the last validators.
 */
export function goodRequests(
  net: ApiNetwork,
  messages: Messages,
  manifest: Manifest,
): Record<string, ApiRequest> {
  const { head } = net.node.chain
  const epoch = net.time.epochOf(head.slot)
  const root = head.root
  const state = '/eth/v1/beacon/states/head'
  const attestation = latest(messages, 'beacon_attestation')
  const contribution = latest(messages, 'sync_committee_contribution_and_proof').value
  const { slot, beaconBlockRoot, subcommitteeIndex } = contribution.message.contribution
  const signed = signedOperations(net, manifest)
  const fork = net.config.getForkName(head.slot) as Fork
  const duties = '/eth/v1/validator/duties'
  const dataRoot = ssz.phase0.AttestationData.hashTreeRoot(attestation.value.data)
  const contributionQuery = `slot=${slot}&subcommittee_index=${subcommitteeIndex}&beacon_block_root=${hex(beaconBlockRoot)}`
  return {
    getGenesis: { path: '/eth/v1/beacon/genesis' },
    getStateRoot: { path: `${state}/root` },
    getStateFork: { path: '/eth/v1/beacon/states/finalized/fork' },
    getStateFinalityCheckpoints: { path: '/eth/v1/beacon/states/justified/finality_checkpoints' },
    getStateValidators: { path: `${state}/validators?id=0&id=1,2&status=active` },
    postStateValidators: {
      path: `${state}/validators`,
      body: { ids: ['0', '3'], statuses: ['active_ongoing'] },
    },
    getStateValidator: { path: `${state}/validators/0` },
    getStateValidatorBalances: { path: `${state}/validator_balances?id=1` },
    postStateValidatorBalances: { path: `${state}/validator_balances`, body: ['1'] },
    postStateValidatorIdentities: { path: `${state}/validator_identities`, body: ['1'] },
    getEpochCommittees: { path: `${state}/committees?epoch=${epoch}` },
    getEpochSyncCommittees: { path: `${state}/sync_committees` },
    getStateRandao: { path: `${state}/randao` },
    getPendingConsolidations: { path: `${state}/pending_consolidations` },
    getPendingDeposits: { path: `${state}/pending_deposits` },
    getPendingPartialWithdrawals: { path: `${state}/pending_partial_withdrawals` },
    getProposerLookahead: { path: `${state}/proposer_lookahead` },
    getBlockHeaders: { path: `/eth/v1/beacon/headers?slot=${head.slot}` },
    getBlockHeader: { path: '/eth/v1/beacon/headers/head' },
    publishBlockV2: {
      path: '/eth/v2/beacon/blocks?broadcast_validation=consensus_and_equivocation',
      body: {
        signed_block: ssz[fork].SignedBeaconBlock.toJson(head.block.value as never),
        kzg_proofs: [],
        blobs: [],
      },
    },
    getBlockV2: { path: `/eth/v2/beacon/blocks/${root}` },
    getBlockRoot: { path: '/eth/v1/beacon/blocks/finalized/root' },
    getBlockAttestationsV2: { path: '/eth/v2/beacon/blocks/head/attestations' },
    // Of a block before Fulu, which replaced them by columns.
    getBlobSidecars: { path: '/eth/v1/beacon/blob_sidecars/1' },
    getBlobs: { path: '/eth/v1/beacon/blobs/head' },
    getDebugDataColumnSidecars: { path: '/eth/v1/debug/beacon/data_column_sidecars/head' },
    getSyncCommitteeRewards: { path: '/eth/v1/beacon/rewards/sync_committee/head', body: [] },
    getBlockRewards: { path: '/eth/v1/beacon/rewards/blocks/head' },
    getAttestationsRewards: { path: `/eth/v1/beacon/rewards/attestations/${epoch - 2}`, body: ['0', '1'] },
    getBlindedBlock: { path: '/eth/v1/beacon/blinded_blocks/head' },
    getPoolAttestationsV2: { path: `/eth/v2/beacon/pool/attestations?slot=${attestation.value.data.slot}` },
    submitPoolAttestationsV2: {
      path: '/eth/v2/beacon/pool/attestations',
      body: [ssz.electra.SingleAttestation.toJson(attestation.value as never)],
    },
    getPoolAttesterSlashingsV2: { path: '/eth/v2/beacon/pool/attester_slashings' },
    submitPoolAttesterSlashingsV2: {
      path: '/eth/v2/beacon/pool/attester_slashings',
      body: signed.attesterSlashing,
    },
    getPoolProposerSlashings: { path: '/eth/v1/beacon/pool/proposer_slashings' },
    submitPoolProposerSlashings: {
      path: '/eth/v1/beacon/pool/proposer_slashings',
      body: signed.proposerSlashing,
    },
    submitPoolSyncCommitteeSignatures: {
      path: '/eth/v1/beacon/pool/sync_committees',
      body: [ssz.altair.SyncCommitteeMessage.toJson(latest(messages, 'sync_committee').value)],
    },
    getPoolVoluntaryExits: { path: '/eth/v1/beacon/pool/voluntary_exits' },
    submitPoolVoluntaryExit: { path: '/eth/v1/beacon/pool/voluntary_exits', body: signed.voluntaryExit },
    getPoolBLSToExecutionChanges: { path: '/eth/v1/beacon/pool/bls_to_execution_changes' },
    // All validators have execution credentials already, so there is no valid change to post.
    submitPoolBLSToExecutionChange: { path: '/eth/v1/beacon/pool/bls_to_execution_changes', body: [] },
    getStateV2: { path: '/eth/v2/debug/beacon/states/head' },
    getDebugChainHeadsV2: { path: '/eth/v2/debug/beacon/heads' },
    getDebugForkChoice: { path: '/eth/v1/debug/fork_choice' },
    getNetworkIdentity: { path: '/eth/v1/node/identity' },
    getPeers: { path: '/eth/v1/node/peers?state=connected&direction=inbound,outbound' },
    getPeer: { path: `/eth/v1/node/peers/${manifest.nodes[1]?.libp2p.peerId}` },
    getPeerCount: { path: '/eth/v1/node/peer_count' },
    getNodeVersion: { path: '/eth/v1/node/version' },
    getSyncingStatus: { path: '/eth/v1/node/syncing' },
    getHealth: { path: '/eth/v1/node/health' },
    getForkSchedule: { path: '/eth/v1/config/fork_schedule' },
    getSpec: { path: '/eth/v1/config/spec' },
    getDepositContract: { path: '/eth/v1/config/deposit_contract' },
    getAttesterDuties: { path: `${duties}/attester/${epoch}`, body: ['0', '1'] },
    getProposerDuties: { path: `${duties}/proposer/${epoch}` },
    getSyncCommitteeDuties: { path: `${duties}/sync/${epoch}`, body: ['0', '1'] },
    produceAttestationData: {
      path: `/eth/v1/validator/attestation_data?slot=${head.slot}&committee_index=0`,
    },
    getAggregatedAttestationV2: {
      path: `/eth/v2/validator/aggregate_attestation?attestation_data_root=${hex(dataRoot)}&slot=${attestation.value.data.slot}&committee_index=${attestation.committeeIndex}`,
    },
    publishAggregateAndProofsV2: {
      path: '/eth/v2/validator/aggregate_and_proofs',
      body: [
        ssz.electra.SignedAggregateAndProof.toJson(
          latest(messages, 'beacon_aggregate_and_proof').value as never,
        ),
      ],
    },
    prepareBeaconCommitteeSubnet: {
      path: '/eth/v1/validator/beacon_committee_subscriptions',
      body: [
        {
          validator_index: '1',
          committee_index: '0',
          committees_at_slot: '1',
          slot: '1',
          is_aggregator: true,
        },
      ],
    },
    prepareSyncCommitteeSubnets: {
      path: '/eth/v1/validator/sync_committee_subscriptions',
      body: [{ validator_index: '1', sync_committee_indices: ['0'], until_epoch: '100' }],
    },
    produceSyncCommitteeContribution: {
      path: `/eth/v1/validator/sync_committee_contribution?${contributionQuery}`,
    },
    publishContributionAndProofs: {
      path: '/eth/v1/validator/contribution_and_proofs',
      body: [ssz.altair.SignedContributionAndProof.toJson(contribution)],
    },
    prepareBeaconProposer: {
      path: '/eth/v1/validator/prepare_beacon_proposer',
      body: [{ validator_index: '1', fee_recipient: `0x${'ab'.repeat(20)}` }],
    },
    registerValidator: { path: '/eth/v1/validator/register_validator', body: [] },
    getLiveness: { path: `/eth/v1/validator/liveness/${epoch}`, body: ['0', '1'] },
  }
}

/** Valid operations on the last three validators, as JSON. */
function signedOperations({ config, node }: ApiNetwork, manifest: Manifest) {
  const signer = new TestSigner(config, manifest)
  const [exiting, proposing, attesting] = [1, 2, 3].map((back) => manifest.validators.count - back)
  if (exiting === undefined || proposing === undefined || attesting === undefined) throw new RangeError()

  const exit = { epoch: 0, validatorIndex: exiting }
  const exitDomain = computeDomain(
    DOMAIN_VOLUNTARY_EXIT,
    config.CAPELLA_FORK_VERSION,
    config.genesisValidatorsRoot,
  )
  const exitRoot = computeSigningRoot(ssz.phase0.VoluntaryExit, exit, exitDomain)
  const voluntaryExit = { message: exit, signature: signer.sign(exiting, exitRoot) }

  const header = (fill: number) => {
    const type = ssz.phase0.BeaconBlockHeaderBigint
    const message = { ...type.defaultValue(), slot: 1n, proposerIndex: proposing, bodyRoot: bytes(fill) }
    const domain = config.getDomain(node.chain.head.slot, DOMAIN_BEACON_PROPOSER, 1)
    return { message, signature: signer.sign(proposing, computeSigningRoot(type, message, domain)) }
  }

  const indexed = (fill: number) => {
    const type = ssz.phase0.AttestationDataBigint
    const target = { epoch: 1n, root: bytes(fill) }
    const data = { ...type.defaultValue(), slot: BigInt(SLOTS_PER_EPOCH), target }
    const domain = config.getDomain(node.chain.head.slot, DOMAIN_BEACON_ATTESTER, SLOTS_PER_EPOCH)
    const signature = signer.sign(attesting, computeSigningRoot(type, data, domain))
    return { attestingIndices: [attesting], data, signature }
  }

  return {
    voluntaryExit: ssz.phase0.SignedVoluntaryExit.toJson(voluntaryExit),
    proposerSlashing: ssz.phase0.ProposerSlashing.toJson({
      signedHeader1: header(1),
      signedHeader2: header(2),
    }),
    attesterSlashing: ssz.electra.AttesterSlashing.toJson({
      attestation1: indexed(1),
      attestation2: indexed(2),
    }),
  }
}

function bytes(fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill)
}

function hex(value: Uint8Array): string {
  return `0x${Buffer.from(value).toString('hex')}`
}
