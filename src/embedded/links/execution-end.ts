import type { Clock } from '../clock/clock.ts'
import type { ExecutionNode } from '../execution/execution-node.ts'
import { TransactionRejectedError } from '../execution/pool/transaction-errors.ts'
import type { PooledTransaction } from '../execution/pool/transaction-pool.ts'
import type { Channel, Member, MeshListener } from './member.ts'
import { blocksBackFrom, MissingBlocks } from './missing-blocks.ts'
import type { Transfers } from './transfers.ts'

export interface ExecutionEndOptions {
  readonly node: ExecutionNode
  readonly member: Member
  readonly clock: Clock
  readonly transfers: Transfers
  /** A neighbour's end; undefined while that is off line. */
  readonly endOf: (member: Member) => ExecutionEnd | undefined
  readonly onError: (error: unknown) => void
}

/** An execution node's end of its links, while it is on line. */
export class ExecutionEnd implements MeshListener {
  readonly #options: ExecutionEndOptions
  readonly #missing: MissingBlocks<Channel>

  constructor(options: ExecutionEndOptions) {
    this.#options = options
    const { node, member, clock, transfers, endOf, onError } = options
    this.#missing = new MissingBlocks({
      node,
      clock,
      onError,
      neighbours: () => member.channels,
      ask: (channel, hash, onAnswer) => {
        transfers.send(channel, () => {
          const neighbour = endOf(channel.to)
          const blocks = neighbour === undefined ? [] : blocksBackFrom(neighbour.node, hash)
          const bytes = sizeOn(channel.reverse, blocks)
          transfers.send(channel.reverse, () => onAnswer(blocks), { bytes })
        })
      },
    })
  }

  get node(): ExecutionNode {
    return this.#options.node
  }

  open(): void {
    this.node.events.on('transaction', this.#onTransaction)
    this.node.events.on('missing', this.#missing.want)
  }

  close(): void {
    this.node.events.off('transaction', this.#onTransaction)
    this.node.events.off('missing', this.#missing.want)
    this.#missing.stop()
  }

  /** A neighbour that comes gets what waits in the pool: it may have missed all of it. */
  onConnect(channel: Channel): void {
    this.#send(channel, [...this.node.pool.all()])
  }

  onDisconnect(): void {}

  readonly #onTransaction = (pooled: PooledTransaction): void => {
    for (const channel of this.#options.member.channels) this.#send(channel, [pooled])
  }

  #send(channel: Channel, pooled: readonly PooledTransaction[]): void {
    const { transfers, endOf } = this.#options
    const known = endOf(channel.to)?.node.pool
    const news = pooled.filter(({ hash }) => known?.get(hash) === undefined)
    if (news.length === 0) return
    const bytes = sizeOn(
      channel,
      news.map(({ transaction }) => transaction),
    )
    transfers.send(channel, () => endOf(channel.to)?.receive(news), { bytes })
  }

  /** Takes transactions from a neighbour. Those that the pool takes go on to all others by its event. */
  receive(transactions: readonly PooledTransaction[]): void {
    const { node, onError } = this.#options
    for (const { hash, transaction } of transactions) {
      if (node.pool.get(hash) !== undefined) continue
      try {
        node.addTransaction(transaction)
      } catch (error) {
        // What one node takes, another one may not: its pool may be full, or its head further.
        if (!(error instanceof TransactionRejectedError)) onError(error)
      }
    }
  }
}

/** Bytes of what crosses a link in devp2p's form, where that matters. */
function sizeOn(channel: Channel, items: readonly { serialize(): Uint8Array }[]): number {
  if (!channel.isBandwidthBounded) return 0
  return items.reduce((sum, item) => sum + item.serialize().length, 0)
}
