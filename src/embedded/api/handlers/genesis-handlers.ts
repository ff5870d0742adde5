import type { routes } from '@lodestar/api'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'

/** `/eth/v1/beacon/genesis` */
export function genesisHandlers({
  chain,
}: BeaconApiParts): EndpointHandlers<Pick<routes.beacon.Endpoints, 'getGenesis'>> {
  const { genesis, protocol } = chain
  const data = {
    genesisTime: Math.floor(genesis.timeMs / 1000),
    genesisValidatorsRoot: protocol.config.genesisValidatorsRoot,
    genesisForkVersion: protocol.config.GENESIS_FORK_VERSION,
  }
  return {
    async getGenesis() {
      return { data }
    },
  }
}
