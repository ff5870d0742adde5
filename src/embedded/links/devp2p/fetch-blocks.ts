import { type Block, type BlockHeader, createBlockFromRLP, createBlockHeaderFromRLP } from '@ethereumjs/block'
import { messageOf } from '../../../errors.ts'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, sameBytes } from '../../execution/bytes.ts'
import type { SharedExecution } from '../../execution/chain/shared-execution.ts'
import { indexedTrieRoot } from '../../execution/state/indexed-trie-root.ts'
import { answerBlocksMax } from '../missing-blocks.ts'
import { PeerFaultError } from './errors.ts'
import { encodeHashes, encodeHeadersRequest, ethCodes } from './eth-messages.ts'
import type { EthPeer } from './eth-peer.ts'
import { decodeTransaction } from './pooled-transactions.ts'
import { joinList, readList, readNumber } from './rlp-reader.ts'

const headerFieldsMax = 32
const timestampField = 11
const transactionsMax = 100_000
const withdrawalsMax = 16

/** A header, and as the peer has sent it. */
interface FetchedHeader {
  readonly header: BlockHeader
  readonly encoded: Uint8Array
}

/**
 * A block and its ancestors, newest first, as far as a peer has them and gives them at once; without genesis.
 * Each is whole: its transactions and withdrawals are those of its header.
 * @throws PeerFaultError
 */
export async function fetchBlocks(peer: EthPeer, shared: SharedExecution, hash: Hex): Promise<Block[]> {
  const headers = await fetchHeaders(peer, shared, hash)
  if (headers.length === 0) return []
  const hashes = headers.map(({ header }) => bytesToHex(header.hash()))
  const answer = await peer.ask(ethCodes.getBlockBodies, ethCodes.blockBodies, encodeHashes(hashes))
  if (answer === undefined) return []
  return readList(answer, headers.length).flatMap((body, index) => {
    const header = headers[index]
    return header === undefined ? [] : [wholeBlock(header, body)]
  })
}

async function fetchHeaders(peer: EthPeer, shared: SharedExecution, hash: Hex): Promise<FetchedHeader[]> {
  const request = { origin: { hash }, amount: answerBlocksMax, skip: 0, isReverse: true }
  const body = encodeHeadersRequest(request)
  const answer = await peer.ask(ethCodes.getBlockHeaders, ethCodes.blockHeaders, body)
  if (answer === undefined) return []
  const headers = readList(answer, answerBlocksMax).map((encoded) => decodeHeader(encoded, shared))
  let wanted = hash
  for (const { header } of headers) {
    if (bytesToHex(header.hash()) !== wanted) throw new PeerFaultError('garbage', `no header of ${wanted}`)
    wanted = bytesToHex(header.parentHash)
  }
  return headers.filter(({ header }) => header.number > 0n)
}

function decodeHeader(encoded: Uint8Array, { rules }: SharedExecution): FetchedHeader {
  const timestamp = readNumber(readList(encoded, headerFieldsMax)[timestampField])
  return blamed('a header', () => ({
    encoded,
    header: createBlockHeaderFromRLP(encoded, { common: rules.commonAt(timestamp) }),
  }))
}

function wholeBlock({ header, encoded }: FetchedHeader, body: Uint8Array): Block {
  const [transactions, uncles, withdrawals] = readList(body, 3)
  if (transactions === undefined || uncles === undefined || withdrawals === undefined) {
    throw new PeerFaultError('garbage', 'a body without withdrawals')
  }
  readList(uncles, 0)
  const raws = readList(transactions, transactionsMax).map(decodeTransaction)
  const isWhole =
    sameBytes(indexedTrieRoot(raws), header.transactionsTrie) &&
    header.withdrawalsRoot !== undefined &&
    sameBytes(indexedTrieRoot(readList(withdrawals, withdrawalsMax)), header.withdrawalsRoot)
  if (!isWhole) throw new PeerFaultError('garbage', `not the body of block ${header.number}`)
  const block = joinList([encoded, transactions, uncles, withdrawals])
  return blamed('a block', () => createBlockFromRLP(block, { common: header.common }))
}

/** Whatever the library trips over in bytes from a peer is the peer's fault. */
function blamed<Result>(what: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new PeerFaultError('garbage', `${what} does not decode: ${messageOf(error)}`)
  }
}
