import { RLP } from '@ethereumjs/rlp'
import type { Hex } from '../../../plan/manifest.ts'
import type { BlockRecord } from '../../execution/chain/block-record.ts'
import type { BlockTree } from '../../execution/chain/block-tree.ts'
import { encodeReceiptRecord } from '../../execution/chain/receipts.ts'
import type { ExecutionNode } from '../../execution/execution-node.ts'
import type { HeadersRequest } from './eth-messages.ts'
import { encodeTransaction, rawTransaction } from './pooled-transactions.ts'
import { joinList } from './rlp-reader.ts'

/** Things in one answer, and bytes after which it ends: as Geth gives them. */
const answerItemsMax = 1024
const answerBytes = 2 * 1024 * 1024

/** What a peer may ask a node for (devp2p `caps/eth.md`); each answer is a list, RLP, of what the node has. */
export const chainServer = {
  headers({ chain }: ExecutionNode, request: HeadersRequest): Uint8Array {
    return answerOf(headersOf(chain, request), ({ block }) => block.header.serialize(), request.amount)
  },

  bodies({ chain }: ExecutionNode, hashes: readonly Hex[]): Uint8Array {
    return answerOf(
      known(hashes, (hash) => chain.record(hash)),
      ({ block }) => {
        const [, ...body] = block.raw()
        return RLP.encode(body)
      },
    )
  },

  receipts({ chain }: ExecutionNode, hashes: readonly Hex[]): Uint8Array {
    return answerOf(
      known(hashes, (hash) => chain.record(hash)),
      ({ receipts }) => joinList(receipts.map((receipt) => encodeTransaction(encodeReceiptRecord(receipt)))),
    )
  },

  transactions({ pool }: ExecutionNode, hashes: readonly Hex[]): Uint8Array {
    return answerOf(
      known(hashes, (hash) => pool.get(hash)),
      ({ transaction }) => encodeTransaction(rawTransaction(transaction)),
    )
  },
}

function* headersOf(chain: BlockTree, request: HeadersRequest): Generator<BlockRecord> {
  const { origin, skip, isReverse } = request
  let record = 'hash' in origin ? chain.record(origin.hash) : chain.canonical(origin.number)
  while (record !== undefined) {
    yield record
    const number: number = record.number + (skip + 1) * (isReverse ? -1 : 1)
    record = isReverse ? ancestor(chain, record, number) : descendant(chain, record, number)
  }
}

/** On whichever branch the block is. */
function ancestor(chain: BlockTree, from: BlockRecord, number: number): BlockRecord | undefined {
  if (number < 0) return undefined
  let record: BlockRecord | undefined = from
  while (record !== undefined && record.number > number) {
    if (chain.isCanonical(record)) return chain.canonical(number)
    record = chain.record(record.parentHash)
  }
  return record
}

function descendant(chain: BlockTree, from: BlockRecord, number: number): BlockRecord | undefined {
  return chain.isCanonical(from) ? chain.canonical(number) : undefined
}

function* known<Found>(hashes: readonly Hex[], find: (hash: Hex) => Found | undefined): Generator<Found> {
  for (const hash of hashes) {
    const found = find(hash)
    if (found !== undefined) yield found
  }
}

function answerOf<Found>(
  found: Iterable<Found>,
  encode: (one: Found) => Uint8Array,
  itemsMax = answerItemsMax,
): Uint8Array {
  const items: Uint8Array[] = []
  let bytes = 0
  for (const one of found) {
    if (items.length >= Math.min(itemsMax, answerItemsMax) || bytes >= answerBytes) break
    const item = encode(one)
    items.push(item)
    bytes += item.length
  }
  return joinList(items)
}
