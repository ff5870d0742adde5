import type { Hex } from '../../../plan/manifest.ts'
import { quantity } from '../bytes.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import type { ExecutionNode } from '../execution-node.ts'
import type { FormattedLog } from './format.ts'
import { criteriaOf } from './log-query.ts'
import { RpcError } from './rpc-error.ts'
import type { LogFilterRequest } from './schemas.ts'
import { logsOf } from './select-logs.ts'

const filtersMax = 1000
/** A filter that nobody polls is forgotten, as in Geth. */
const idleMsMax = 300_000

interface FilterBase {
  lastUsedMs: number
}

type Filter = FilterBase &
  (
    | { readonly kind: 'logs'; readonly request: LogFilterRequest; seen: BlockRecord }
    | { readonly kind: 'blocks'; seen: BlockRecord }
    | { readonly kind: 'transactions'; seen: number }
  )

/**
 * The polled filters of a node. A filter is a bookmark in the chain: what is new is found by walking from
 * there to the head when it is asked for, so an idle filter costs nothing.
 */
export class FilterRegistry {
  readonly #node: ExecutionNode
  readonly #filters = new Map<Hex, Filter>()
  #nextId = 1

  constructor(node: ExecutionNode) {
    this.#node = node
  }

  addLogs(request: LogFilterRequest): Hex {
    return this.#add({ kind: 'logs', request, seen: this.#node.chain.head.record, lastUsedMs: 0 })
  }

  addBlocks(): Hex {
    return this.#add({ kind: 'blocks', seen: this.#node.chain.head.record, lastUsedMs: 0 })
  }

  addTransactions(): Hex {
    return this.#add({ kind: 'transactions', seen: this.#node.recentTransactions.count, lastUsedMs: 0 })
  }

  #add(filter: Filter): Hex {
    const nowMs = this.#node.now()
    for (const [id, { lastUsedMs }] of this.#filters) {
      if (nowMs - lastUsedMs > idleMsMax) this.#filters.delete(id)
    }
    if (this.#filters.size >= filtersMax) throw new RpcError('server', 'too many filters')
    const id = quantity(this.#nextId++)
    filter.lastUsedMs = nowMs
    this.#filters.set(id, filter)
    return id
  }

  remove(id: Hex): boolean {
    return this.#filters.delete(id)
  }

  /** The query behind a filter of logs. */
  request(id: Hex): LogFilterRequest {
    const filter = this.#use(id)
    if (filter.kind !== 'logs') throw new RpcError('server', 'filter not found')
    return filter.request
  }

  /** What is new since the last time: logs, block hashes or transaction hashes. */
  changes(id: Hex): FormattedLog[] | Hex[] {
    const filter = this.#use(id)
    if (filter.kind === 'transactions') {
      const { recentTransactions } = this.#node
      const news = recentTransactions.since(filter.seen)
      filter.seen = recentTransactions.count
      return news
    }
    const { removed, added } = this.#walk(filter.seen)
    filter.seen = this.#node.chain.head.record
    if (filter.kind === 'blocks') return added.map(({ hash }) => hash)
    const criteria = criteriaOf(filter.request)
    return [
      ...removed.flatMap((record) => logsOf(record, criteria, true)),
      ...added.flatMap((record) => logsOf(record, criteria)),
    ]
  }

  #use(id: Hex): Filter {
    const filter = this.#filters.get(id)
    if (filter === undefined) throw new RpcError('server', 'filter not found')
    filter.lastUsedMs = this.#node.now()
    return filter
  }

  /** The way from a block that was the head to the one that is. */
  #walk(from: BlockRecord): { removed: BlockRecord[]; added: BlockRecord[] } {
    const { chain } = this.#node
    const removed: BlockRecord[] = []
    let common: BlockRecord | undefined = from
    while (common !== undefined && !chain.isCanonical(common)) {
      removed.push(common)
      common = chain.record(common.parentHash)
    }
    const added: BlockRecord[] = []
    const head = chain.head.record.number
    for (let number = (common?.number ?? head) + 1; number <= head; number++) {
      const record = chain.canonical(number)
      if (record !== undefined) added.push(record)
    }
    return { removed, added }
  }
}
