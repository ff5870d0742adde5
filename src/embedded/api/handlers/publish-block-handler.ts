import type { routes } from '@lodestar/api'
import { isForkPostElectra } from '@lodestar/params'
import type { SignedBeaconBlock, SignedBlockContents } from '@lodestar/types'
import type { BeaconChain } from '../../chain/beacon-chain.ts'
import { BlockImportError } from '../../chain/errors.ts'
import type { BlockBlobs } from '../../production/publisher.ts'
import { BlockMalformedError } from '../../protocol/errors.ts'
import type { Fork, SignedBlock } from '../../protocol/signed-block.ts'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import { BeaconApiError, badParameter } from '../errors.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { publishOne } from './publish.ts'
import { requireInSync } from './require-in-sync.ts'

type Endpoints = Pick<routes.beacon.block.Endpoints, 'publishBlockV2'>
type Validation = 'gossip' | 'consensus' | 'consensus_and_equivocation'

const validations: readonly string[] = ['gossip', 'consensus', 'consensus_and_equivocation']

/** `POST /eth/v2/beacon/blocks` */
export function publishBlockHandler({ chain, publisher, sync }: BeaconApiParts): EndpointHandlers<Endpoints> {
  return {
    async publishBlockV2({ signedBlockContents: contents, broadcastValidation = 'gossip' }) {
      requireInSync(sync)
      const validation = readValidation(broadcastValidation)
      const block = readBlock(chain, contents.signedBlock)
      if (validation === 'consensus_and_equivocation') refuseEquivocation(chain, block)
      if (validation !== 'gossip') {
        const failure = await importFailure(() => chain.importBlock(block))
        if (failure !== undefined) throw new BeaconApiError(400, failure.shortMessage, { cause: failure })
      }
      const failure = await importFailure(() =>
        publishOne(() => publisher.publishBlock(block, blobsOf(contents))),
      )
      // It was sent all the same: the standard has a status of its own for that.
      return failure === undefined ? { status: 200 } : { status: 202 }
    },
  }
}

function readValidation(text: string): Validation {
  if (validations.includes(text)) return text as Validation
  throw badParameter('broadcast_validation', text, `one of ${validations.join(', ')}`)
}

/** @throws BeaconApiError 400 also when Eth-Consensus-Version does not name the fork of the block's slot */
function readBlock({ protocol }: BeaconChain, value: SignedBeaconBlock): SignedBlock {
  const { slot, body } = value.message
  const fork = protocol.config.getForkName(slot)
  const isElectra = 'executionRequests' in body
  if (!('blobKzgCommitments' in body) || isForkPostElectra(fork) !== isElectra) {
    throw new BeaconApiError(400, `The block is not of the fork of its slot ${slot}, ${fork}.`)
  }
  try {
    return protocol.signedBlock(value as SignedBeaconBlock<Fork>)
  } catch (error) {
    if (error instanceof BlockMalformedError)
      throw new BeaconApiError(400, error.shortMessage, { cause: error })
    throw error
  }
}

async function importFailure(imports: () => Promise<unknown>): Promise<BlockImportError | undefined> {
  try {
    await imports()
    return undefined
  } catch (error) {
    if (error instanceof BlockImportError) return error
    throw error
  }
}

/** Another block of the same proposer and slot, among those not final yet. */
function refuseEquivocation(chain: BeaconChain, block: SignedBlock): void {
  const { slot, root, proposerIndex } = block
  const isOther = (other: { slot: number; blockRoot: string }) =>
    other.slot === slot &&
    other.blockRoot !== root &&
    chain.forkChoice.getBlock(other.blockRoot)?.proposerIndex === proposerIndex
  if (!chain.forkChoice.dump().nodes.some(isOther)) return
  throw new BeaconApiError(400, `Validator ${proposerIndex} has proposed another block in slot ${slot}.`)
}

function blobsOf(contents: SignedBlockContents): BlockBlobs | undefined {
  return 'blobs' in contents ? contents : undefined
}
