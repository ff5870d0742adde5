import type { routes } from '@lodestar/api'
import { getRandaoRevealSignatureSet } from '@lodestar/state-transition'
import { ProducedBlockSource } from '@lodestar/types'
import { EngineUnavailableError } from '../../engine/errors.ts'
import type { BlockRequest } from '../../production/block-producer.ts'
import { BlockProductionError } from '../../production/errors.ts'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import { BeaconApiError, badParameter } from '../errors.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'

type Endpoints = Pick<routes.validator.Endpoints, 'produceBlockV3'>

/** Compressed point at infinity of G2: what stands for a reveal that is not to be verified. */
const infinity = Uint8Array.of(0xc0, ...new Uint8Array(95))

/** `GET /eth/v3/validator/blocks/{slot}`: always a full block, since an embedded node has no block builder. */
export function produceBlockHandler(parts: BeaconApiParts): EndpointHandlers<Endpoints> {
  return {
    async produceBlockV3({ slot, randaoReveal, graffiti, feeRecipient, skipRandaoVerification = false }) {
      if (skipRandaoVerification && !infinity.every((byte, index) => randaoReveal[index] === byte)) {
        throw badParameter(
          'randao_reveal',
          'of a proposer',
          'infinity (0xc000…) with skip_randao_verification',
        )
      }
      const produced = await produce(parts, {
        slot,
        randaoReveal,
        ...(graffiti !== undefined && { graffiti: bytesOf(graffiti) }),
        ...(feeRecipient !== undefined && { feeRecipient: bytesOf(feeRecipient) }),
      })
      if (!skipRandaoVerification) await requireReveal(parts, produced.block)
      const { block, blobs, fork, executionPayloadValueWei, consensusBlockValueGwei } = produced
      return {
        data: { block, kzgProofs: [...blobs.kzgProofs], blobs: [...blobs.blobs] },
        meta: {
          version: fork,
          executionPayloadBlinded: false,
          executionPayloadSource: ProducedBlockSource.engine,
          executionPayloadValue: executionPayloadValueWei,
          consensusBlockValue: BigInt(consensusBlockValueGwei) * 1_000_000_000n,
        },
      }
    },
  }
}

async function produce({ validatorApi }: BeaconApiParts, request: BlockRequest) {
  try {
    return await validatorApi.produceBlock(request)
  } catch (error) {
    if (!(error instanceof BlockProductionError || error instanceof EngineUnavailableError)) throw error
    throw new BeaconApiError(503, error.shortMessage, { cause: error })
  }
}

type Block = Parameters<typeof getRandaoRevealSignatureSet>[1]

async function requireReveal({ chain }: BeaconApiParts, block: Block): Promise<void> {
  const { config, signatures } = chain.protocol
  if (await signatures.verify([getRandaoRevealSignatureSet(config, block)])) return
  const { slot, proposerIndex } = block
  throw new BeaconApiError(
    400,
    `Invalid randao_reveal: validator ${proposerIndex}, who proposes in slot ${slot}, has not signed it.`,
  )
}

/** Of hexadecimal digits, which were checked when the parameters were read. */
function bytesOf(text: string): Uint8Array {
  return Buffer.from(text.slice(2), 'hex')
}
