import type { routes } from '@lodestar/api'
import { toRootHex } from '@lodestar/utils'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import { BeaconApiError, badParameter, notFound } from '../errors.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { liveness } from './liveness.ts'
import { publishList } from './publish.ts'
import { requireForkFormat } from './require-fork-format.ts'
import { requireInSync } from './require-in-sync.ts'

type Endpoints = Pick<
  routes.validator.Endpoints,
  | 'getAttesterDuties'
  | 'getProposerDuties'
  | 'getProposerDutiesV2'
  | 'getSyncCommitteeDuties'
  | 'produceAttestationData'
  | 'getAggregatedAttestationV2'
  | 'publishAggregateAndProofsV2'
  | 'produceSyncCommitteeContribution'
  | 'publishContributionAndProofs'
  | 'prepareBeaconCommitteeSubnet'
  | 'prepareSyncCommitteeSubnets'
  | 'prepareBeaconProposer'
  | 'registerValidator'
  | 'submitBeaconCommitteeSelections'
  | 'submitSyncCommitteeSelections'
  | 'getLiveness'
>

/** `/eth/v…/validator/…`, but for the production of blocks. */
export function validatorHandlers(parts: BeaconApiParts): EndpointHandlers<Endpoints> {
  return { ...dutyHandlers(parts), ...signingHandlers(parts), ...preparationHandlers(parts) }
}

type DutyEndpoints =
  | 'getAttesterDuties'
  | 'getProposerDuties'
  | 'getProposerDutiesV2'
  | 'getSyncCommitteeDuties'
  | 'getLiveness'

function dutyHandlers({
  chain,
  sync,
  validatorApi,
}: BeaconApiParts): EndpointHandlers<Pick<Endpoints, DutyEndpoints>> {
  /** The last block before the epoch, in the head's chain: until v2 the root that went with proposer duties. */
  const rootBefore = (epoch: number) =>
    chain.forkChoice.getAncestor(chain.head.root, chain.time.startSlotOf(epoch) - 1)?.root
  return {
    async getAttesterDuties({ epoch, indices }) {
      const { duties, ...meta } = validatorApi.attesterDuties(epoch, indices)
      return { data: [...duties], meta }
    },

    async getProposerDuties({ epoch }) {
      const { duties, dependentRoot, executionOptimistic } = validatorApi.proposerDuties(epoch)
      return {
        data: [...duties],
        meta: { executionOptimistic, dependentRoot: rootBefore(epoch) ?? dependentRoot },
      }
    },

    async getProposerDutiesV2({ epoch }) {
      const { duties, ...meta } = validatorApi.proposerDuties(epoch)
      return { data: [...duties], meta }
    },

    async getSyncCommitteeDuties({ epoch, indices }) {
      const { duties, executionOptimistic } = validatorApi.syncDuties(epoch, indices)
      const data = duties.map((duty) => ({
        ...duty,
        validatorSyncCommitteeIndices: [...duty.validatorSyncCommitteeIndices],
      }))
      return { data, meta: { executionOptimistic } }
    },

    async getLiveness({ epoch, indices }) {
      requireInSync(sync)
      return { data: liveness(chain, epoch, indices) }
    },
  }
}

type SigningEndpoints =
  | 'produceAttestationData'
  | 'getAggregatedAttestationV2'
  | 'publishAggregateAndProofsV2'
  | 'produceSyncCommitteeContribution'
  | 'publishContributionAndProofs'

function signingHandlers({
  chain,
  validatorApi,
}: BeaconApiParts): EndpointHandlers<Pick<Endpoints, SigningEndpoints>> {
  const { config } = chain.protocol
  return {
    async produceAttestationData({ slot, committeeIndex = 0 }) {
      return { data: validatorApi.attestationData(slot, committeeIndex) }
    },

    async getAggregatedAttestationV2({ attestationDataRoot, slot, committeeIndex }) {
      const data = validatorApi.aggregate(slot, toRootHex(attestationDataRoot), committeeIndex)
      if (data === undefined) throw notFound('This node has no attestation with that data of that committee.')
      return { data, meta: { version: config.getForkName(slot) } }
    },

    async publishAggregateAndProofsV2({ signedAggregateAndProofs }) {
      requireForkFormat(config, signedAggregateAndProofs, ({ message: { aggregate } }) => [
        aggregate.data.slot,
        'committeeBits' in aggregate,
      ])
      await publishList(() => validatorApi.submitAggregates(signedAggregateAndProofs))
    },

    async produceSyncCommitteeContribution({ slot, subcommitteeIndex, beaconBlockRoot }) {
      const data = validatorApi.syncContribution(slot, subcommitteeIndex, toRootHex(beaconBlockRoot))
      if (data === undefined) throw notFound('This node has no sync committee message for that.')
      return { data }
    },

    async publishContributionAndProofs({ contributionAndProofs }) {
      await publishList(() => validatorApi.submitContributions(contributionAndProofs))
    },
  }
}

type PreparationEndpoints = Exclude<keyof Endpoints, DutyEndpoints | SigningEndpoints>

function preparationHandlers({
  sync,
  validatorApi,
}: BeaconApiParts): EndpointHandlers<Pick<Endpoints, PreparationEndpoints>> {
  return {
    /** Every embedded node takes part in every subnet already. */
    async prepareBeaconCommitteeSubnet() {
      requireInSync(sync)
    },

    async prepareSyncCommitteeSubnets() {},

    async prepareBeaconProposer({ proposers }) {
      const registrations = proposers.map(({ validatorIndex, feeRecipient }) => ({
        validatorIndex,
        feeRecipient: readFeeRecipient(feeRecipient),
      }))
      validatorApi.prepareProposer(registrations)
    },

    /** Registrations are for block builders, of which an embedded node has none. */
    async registerValidator() {},

    async submitBeaconCommitteeSelections() {
      throw withoutMiddleware()
    },

    async submitSyncCommitteeSelections() {
      throw withoutMiddleware()
    },
  }
}

function readFeeRecipient(text: unknown): Uint8Array {
  if (typeof text === 'string' && /^0x[0-9a-f]{40}$/i.test(text)) return Buffer.from(text.slice(2), 'hex')
  throw badParameter('fee_recipient', text, 'an address of 0x and 40 hexadecimal digits')
}

/** In the standard's words, for distributed validators: their middleware answers these instead of the node. */
function withoutMiddleware(): BeaconApiError {
  return new BeaconApiError(501, 'Selections are combined by a distributed validator, not by a beacon node.')
}
