import type { routes } from '@lodestar/api'
import { isForkPostElectra } from '@lodestar/params'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { publishEach, publishList, publishOne } from './publish.ts'
import { requireForkFormat } from './require-fork-format.ts'

type Endpoints = Omit<
  routes.beacon.pool.Endpoints,
  | 'getPoolAttestations'
  | 'getPoolAttesterSlashings'
  | 'submitPoolAttestations'
  | 'submitPoolAttesterSlashings'
>

/** `/eth/v…/beacon/pool/…`: what waits for a block, and what a client adds to it. */
export function poolHandlers({ chain, pools, publisher }: BeaconApiParts): EndpointHandlers<Endpoints> {
  const { operations } = pools
  const { config } = chain.protocol
  const headVersion = () => config.getForkName(Math.max(0, chain.currentSlot))
  return {
    async getPoolAttestationsV2({ slot, committeeIndex }) {
      const version = config.getForkName(slot ?? Math.max(0, chain.currentSlot))
      const filter = {
        ...(slot !== undefined && { slot }),
        ...(committeeIndex !== undefined && { committeeIndex }),
      }
      // An answer is of one format, which changed with Electra.
      const isElectra = isForkPostElectra(version)
      const data = pools.attestations.list(filter).filter((one) => 'committeeBits' in one === isElectra)
      return { data, meta: { version } }
    },

    async getPoolAttesterSlashingsV2() {
      const data = operations.attesterSlashings(chain.head.state).map(({ slashing }) => slashing)
      return { data, meta: { version: headVersion() } }
    },

    async getPoolProposerSlashings() {
      return { data: operations.proposerSlashings(chain.head.state) }
    },

    async getPoolVoluntaryExits() {
      return { data: operations.voluntaryExits(chain.head.state) }
    },

    async getPoolBLSToExecutionChanges() {
      return { data: operations.blsToExecutionChanges(chain.head.state) }
    },

    async submitPoolAttestationsV2({ signedAttestations }) {
      requireForkFormat(config, signedAttestations, (one) => [one.data.slot, 'attesterIndex' in one])
      await publishList(() => publisher.publishAttestations(signedAttestations))
    },

    async submitPoolSyncCommitteeSignatures({ signatures }) {
      await publishList(() => publisher.publishSyncMessages(signatures))
    },

    async submitPoolBLSToExecutionChange({ blsToExecutionChanges }) {
      await publishEach(blsToExecutionChanges, (change) => publisher.publishBlsChange(change))
    },

    async submitPoolAttesterSlashingsV2({ attesterSlashing }) {
      await publishOne(() => publisher.publishAttesterSlashing(attesterSlashing))
    },

    async submitPoolProposerSlashings({ proposerSlashing }) {
      await publishOne(() => publisher.publishProposerSlashing(proposerSlashing))
    },

    async submitPoolVoluntaryExit({ signedVoluntaryExit }) {
      await publishOne(() => publisher.publishVoluntaryExit(signedVoluntaryExit))
    },
  }
}
