import type { routes } from '@lodestar/api'
import { ForkSeq } from '@lodestar/params'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import { BeaconApiError, notFound } from '../errors.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { type FoundBlock, findBlock } from '../ids/find-block.ts'

type Endpoints = Pick<routes.beacon.block.Endpoints, 'getBlobSidecars' | 'getBlobs'> &
  Pick<routes.debug.Endpoints, 'getDebugDataColumnSidecars'>

/**
 * Blobs of blocks. Nodes of one process hand them over between execution clients, so a beacon node has none to
 * show: of a block without blobs it gives the empty list, of others it says that it does not keep them.
 */
export function blobHandlers({ chain }: BeaconApiParts): EndpointHandlers<Endpoints> {
  return {
    async getBlobSidecars({ blockId }) {
      const { block, meta } = requireNoBlobs(await findBlock(chain, blockId))
      return { data: [], meta: { ...meta, version: block.fork } }
    },

    async getBlobs({ blockId }) {
      const { meta } = requireNoBlobs(await findBlock(chain, blockId))
      return { data: [], meta }
    },

    async getDebugDataColumnSidecars({ blockId }) {
      const { block, meta } = requireNoBlobs(await findBlock(chain, blockId))
      if (chain.protocol.config.getForkSeq(block.slot) < ForkSeq.fulu) {
        throw new BeaconApiError(400, 'The block is older than the fulu fork, which brought data columns in.')
      }
      return { data: [], meta: { ...meta, version: block.fork } }
    },
  }
}

function requireNoBlobs(found: FoundBlock): FoundBlock {
  const count = found.block.value.message.body.blobKzgCommitments.length
  if (count === 0) return found
  throw notFound(`The ${count} blobs of the block of slot ${found.block.slot} are not kept.`)
}
