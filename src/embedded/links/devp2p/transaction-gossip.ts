import type { Hex } from '../../../plan/manifest.ts'
import { nextTurn } from '../../clock/event-loop.ts'
import { bytesToHex, keccak256 } from '../../execution/bytes.ts'
import type { ExecutionNode } from '../../execution/execution-node.ts'
import { TransactionRejectedError } from '../../execution/pool/transaction-errors.ts'
import type { PooledTransaction } from '../../execution/pool/transaction-pool.ts'
import { PeerFaultError } from './errors.ts'
import {
  type Announcement,
  decodeAnnouncements,
  encodeAnnouncements,
  encodeHashes,
  ethCodes,
  hashesMax,
} from './eth-messages.ts'
import type { EthPeer } from './eth-peer.ts'
import {
  blobTransactionType,
  decodeTransaction,
  encodeTransaction,
  rawTransaction,
} from './pooled-transactions.ts'
import { RecentHashes } from './recent-hashes.ts'
import { joinList, readList } from './rlp-reader.ts'

/** Larger transactions are told of, and sent to who asks. */
const unaskedBytesMax = 4096
/** As many as Geth asks for, and gives, at once. */
const askedMax = 256
/** Transactions on their way from any peer. */
const fetchingMax = 8192
/** Transactions checked before others get their turn: each takes about a millisecond. */
const turnTransactions = 16

/** Transactions between a node's pool and its peers. */
export class TransactionGossip {
  readonly #node: ExecutionNode
  readonly #peers: () => Iterable<EthPeer>
  readonly #onError: (error: unknown) => void
  readonly #fetching = new RecentHashes(fetchingMax)

  /** @param onError hears of errors that are the node's own faults, not its peers' */
  constructor(node: ExecutionNode, peers: () => Iterable<EthPeer>, onError: (error: unknown) => void) {
    this.#node = node
    this.#peers = peers
    this.#onError = onError
  }

  open(): void {
    this.#node.events.on('transaction', this.#onPooled)
  }

  close(): void {
    this.#node.events.off('transaction', this.#onPooled)
  }

  /** Tells a peer that comes of all that waits in the pool: it may have missed it. */
  greet(peer: EthPeer): void {
    const pooled = [...this.#node.pool.all()]
    for (let start = 0; start < pooled.length; start += hashesMax) {
      this.#announce(peer, pooled.slice(start, start + hashesMax))
    }
  }

  readonly #onPooled = (pooled: PooledTransaction): void => {
    const raw = rawTransaction(pooled.transaction)
    const isSent = pooled.transaction.type !== blobTransactionType && raw.length <= unaskedBytesMax
    for (const peer of this.#peers()) {
      if (!peer.known.add(pooled.hash)) continue
      if (isSent) peer.send(ethCodes.transactions, joinList([encodeTransaction(raw)]))
      else this.#announce(peer, [pooled])
    }
  }

  #announce(peer: EthPeer, pooled: readonly PooledTransaction[]): void {
    const announcements = pooled.map(
      ({ hash, transaction }): Announcement => ({
        hash,
        type: transaction.type,
        size: rawTransaction(transaction).length,
      }),
    )
    for (const { hash } of announcements) peer.known.add(hash)
    peer.send(ethCodes.newPooledTransactionHashes, encodeAnnouncements(announcements))
  }

  /** Takes what a peer has sent unasked. @throws PeerFaultError */
  async hear(peer: EthPeer, code: number, payload: Uint8Array): Promise<void> {
    if (code === ethCodes.newPooledTransactionHashes) {
      const hashes = decodeAnnouncements(payload)
      // The answer comes by the connection that is being heard, so it cannot be waited for here.
      void this.#fetch(peer, hashes).catch((error: unknown) => this.#blame(peer, error))
      return
    }
    const raws = readList(payload, hashesMax).map(decodeTransaction)
    if (raws.some(([type]) => type === blobTransactionType)) {
      throw new PeerFaultError('wrong-protocol', 'a blob transaction that nobody asked for')
    }
    await this.#add(peer, raws)
  }

  #blame(peer: EthPeer, error: unknown): void {
    if (error instanceof PeerFaultError) peer.leave(error)
    else this.#onError(error)
  }

  async #fetch(peer: EthPeer, announced: readonly Hex[]): Promise<void> {
    for (const hash of announced) peer.known.add(hash)
    const wanted = announced.filter((hash) => !this.#has(hash) && this.#fetching.add(hash))
    try {
      let rest = wanted
      while (rest.length > 0) {
        const given = await this.#ask(peer, rest.slice(0, askedMax))
        // What does not come is forgotten: the peer may have put it in a block meanwhile.
        if (given.size === 0) rest = rest.slice(askedMax)
        else rest = rest.filter((hash) => !given.has(hash))
      }
    } finally {
      for (const hash of wanted) this.#fetching.delete(hash)
    }
  }

  /** @returns the hashes of those that came */
  async #ask(peer: EthPeer, hashes: readonly Hex[]): Promise<Set<Hex>> {
    const { getPooledTransactions, pooledTransactions } = ethCodes
    const answer = await peer.ask(getPooledTransactions, pooledTransactions, encodeHashes(hashes))
    if (answer === undefined) return new Set()
    return this.#add(peer, readList(answer, hashes.length).map(decodeTransaction), new Set(hashes))
  }

  /** @param wanted what was asked for; anything when undefined */
  async #add(peer: EthPeer, raws: readonly Uint8Array[], wanted?: ReadonlySet<Hex>): Promise<Set<Hex>> {
    const added = new Set<Hex>()
    for (const [index, raw] of raws.entries()) {
      if (index % turnTransactions === turnTransactions - 1) await nextTurn()
      const hash = await this.#addOne(peer, raw)
      if (hash === undefined) continue
      if (wanted?.has(hash) === false) {
        throw new PeerFaultError('wrong-protocol', `the transaction ${hash}, which nobody asked for`)
      }
      added.add(hash)
    }
    return added
  }

  /** @returns the transaction's hash, whether or not the pool takes it; undefined when it is none */
  async #addOne(peer: EthPeer, raw: Uint8Array): Promise<Hex | undefined> {
    const hash = raw[0] === blobTransactionType ? undefined : bytesToHex(keccak256(raw))
    if (hash !== undefined) peer.known.add(hash)
    if (hash !== undefined && this.#has(hash)) return hash
    try {
      return (await this.#node.sendRawTransaction(raw)).hash
    } catch (error) {
      // What one node takes, another one may not: its pool may be full, or its head further.
      if (!(error instanceof TransactionRejectedError)) throw error
      return hash
    }
  }

  #has(hash: Hex): boolean {
    return this.#node.pool.get(hash) !== undefined || this.#node.chain.transaction(hash) !== undefined
  }
}
