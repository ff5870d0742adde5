import type { routes } from '@lodestar/api'
import { signedBeaconBlockToBlinded, signedBlockToSignedHeader } from '@lodestar/state-transition'
import type { phase0 } from '@lodestar/types'
import type { BeaconChain } from '../../chain/beacon-chain.ts'
import type { Root } from '../../fork-choice/types.ts'
import type { SignedBlock } from '../../protocol/signed-block.ts'
import type { BeaconApiParts } from '../beacon-api-parts.ts'
import type { EndpointHandlers } from '../http/endpoint-handlers.ts'
import { readRoot } from '../ids/block-id.ts'
import { type FoundBlock, findBlock } from '../ids/find-block.ts'

type Endpoints = Pick<
  routes.beacon.block.Endpoints,
  | 'getBlockV2'
  | 'getBlindedBlock'
  | 'getBlockAttestationsV2'
  | 'getBlockHeader'
  | 'getBlockHeaders'
  | 'getBlockRoot'
>

/** Blocks and their headers. */
export function blockHandlers({ chain }: BeaconApiParts): EndpointHandlers<Endpoints> {
  return {
    async getBlockV2({ blockId }, context) {
      const { block, meta } = await findBlock(chain, blockId)
      const data = context?.returnBytes ? block.bytes : block.value
      return { data, meta: { ...meta, version: block.fork } }
    },

    async getBlindedBlock({ blockId }) {
      const { block, meta } = await findBlock(chain, blockId)
      const data = signedBeaconBlockToBlinded(chain.protocol.config, block.value)
      return { data, meta: { ...meta, version: block.fork } }
    },

    async getBlockAttestationsV2({ blockId }) {
      const { block, meta } = await findBlock(chain, blockId)
      return { data: block.value.message.body.attestations, meta: { ...meta, version: block.fork } }
    },

    async getBlockHeader({ blockId }) {
      const found = await findBlock(chain, blockId)
      return { data: headerOf(chain, found), meta: found.meta }
    },

    async getBlockHeaders({ slot, parentRoot }) {
      const parent = parentRoot === undefined ? undefined : readRoot('parent_root', parentRoot)
      const found = await findHeaders(chain, slot, parent)
      const meta = {
        executionOptimistic: found.some((block) => block.meta.executionOptimistic),
        finalized: found.length > 0 && found.every((block) => block.meta.finalized),
      }
      return { data: found.map((block) => headerOf(chain, block)), meta }
    },

    async getBlockRoot({ blockId }) {
      const { block, meta } = await findBlock(chain, blockId)
      return { data: { root: bytesOf(block.root) }, meta }
    },
  }
}

/** Made once a block for all nodes: everyone who waits for a block asks for headers, and they hash its body. */
const headers = new WeakMap<SignedBlock, phase0.SignedBeaconBlockHeader>()

function headerOf({ protocol }: BeaconChain, { block, isCanonical }: FoundBlock) {
  const header = headers.get(block) ?? signedBlockToSignedHeader(protocol.config, block.value)
  headers.set(block, header)
  return { root: bytesOf(block.root), canonical: isCanonical, header }
}

function bytesOf(root: Root): Uint8Array {
  return Buffer.from(root.slice(2), 'hex')
}

/** The head when nothing is asked for; otherwise all that fork choice knows, or the canonical one when older. */
async function findHeaders(
  chain: BeaconChain,
  slot: number | undefined,
  parent: Root | undefined,
): Promise<FoundBlock[]> {
  if (slot === undefined && parent === undefined) return [await findBlock(chain, 'head')]
  const roots = new Set<Root>()
  for (const node of chain.forkChoice.dump().nodes) {
    if ((slot ?? node.slot) === node.slot && (parent ?? node.parentRoot) === node.parentRoot) {
      roots.add(node.blockRoot)
    }
  }
  const canonical = slot === undefined ? undefined : await chain.canonicalRoot(slot)
  if (canonical !== undefined) roots.add(canonical)
  const found: FoundBlock[] = []
  for (const root of roots) {
    const block = await findBlock(chain, root)
    if (parent === undefined || block.block.parentRoot === parent) found.push(block)
  }
  return found
}
