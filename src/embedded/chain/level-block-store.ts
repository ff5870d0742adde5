import type { Root } from '../fork-choice/types.ts'
import type { SignedBlock } from '../protocol/signed-block.ts'
import type { BlockStore, FinalizedChain, StoredAnchor, StoredGenesis } from './block-store.ts'
import type { StateHolders } from './state-holders.ts'
import { StoreError, storeErrorOf } from './store-error.ts'
import { decodePlaces, encodePlaces, keys, type Place } from './store-keys.ts'
import { type AnchorRecord, decodeAnchorRecord, encodeAnchorRecord } from './stored-anchor-record.ts'
import type { Database, Write, WriteQueue } from './write-queue.ts'

/** What the stores of all nodes of a database have in common. */
export interface SharedStore {
  readonly directory: string
  readonly database: Database
  readonly queue: WriteQueue
  readonly states: StateHolders
  /** Blocks whose bytes are in the database, or on their way. */
  readonly written: WeakSet<SignedBlock>
}

/** The chain data of one node, in the database of its network. */
export class LevelBlockStore implements BlockStore {
  readonly #name: string
  readonly #shared: SharedStore
  #record: AnchorRecord | undefined
  #isClosed = false

  constructor(name: string, shared: SharedStore) {
    this.#name = name
    this.#shared = shared
  }

  get directory(): string {
    return this.#shared.directory
  }

  putBlock(block: SignedBlock): Promise<void> {
    const { written } = this.#shared
    const reference: Write = {
      type: 'put',
      key: keys.unfinalized(this.#name, block.root),
      value: encodePlaces([block]),
    }
    if (written.has(block)) return this.#write([reference])
    written.add(block)
    return this.#write([putBytes(keys.block(block.root), block.bytes), reference])
  }

  getBlock(root: Root): Promise<Uint8Array | undefined> {
    return this.#read((database) => database.get(keys.block(root)))
  }

  async getFinalizedRoot(slot: number): Promise<Root | undefined> {
    const places = await this.#read(async (database) => {
      const gte = keys.finalized(this.#name, slot)
      const lte = keys.endOf(keys.allFinalized(this.#name))
      const [segment] = await database.values({ gte, lte, limit: 1 }).all()
      return segment === undefined ? [] : this.#decode(() => decodePlaces(segment))
    })
    return places.find((place) => place.slot === slot)?.root
  }

  async unfinalizedBlocks(): Promise<readonly Uint8Array[]> {
    const prefix = keys.allUnfinalized(this.#name)
    const entries = await this.#read((database) =>
      database.iterator({ gte: prefix, lte: keys.endOf(prefix) }).all(),
    )
    const places = entries.flatMap(([, value]) => this.#decode(() => decodePlaces(value)))
    const roots = places.toSorted((a, b) => a.slot - b.slot).map(({ root }) => root)
    const blocks = await this.#read((database) => database.getMany(roots.map(keys.block)))
    return blocks.map((bytes, index) => bytes ?? this.#missing(`block ${roots[index]}`))
  }

  async loadAnchor(): Promise<{ anchor: StoredAnchor; genesis: StoredGenesis } | undefined> {
    const bytes = await this.#read((database) => database.get(keys.anchor(this.#name)))
    if (bytes === undefined) return undefined
    const record = this.#decode(() => decodeAnchorRecord(bytes))
    const { genesis, ...anchor } = record
    const parts = [keys.block(record.root), keys.state(record.root)]
    const [blockBytes, stateBytes] = await this.#read((database) => database.getMany(parts))
    if (blockBytes === undefined) return this.#missing(`the finalized block ${record.root}`)
    if (stateBytes === undefined) return this.#missing(`the state of the finalized block ${record.root}`)
    this.#record = record
    return { anchor: { ...anchor, blockBytes, stateBytes }, genesis }
  }

  initialize(anchor: StoredAnchor, genesis: StoredGenesis): Promise<void> {
    return this.#write([
      ...this.#anchorWrites(anchor, genesis, [anchor]),
      putBytes(keys.block(anchor.root), anchor.blockBytes),
    ])
  }

  finalize({ anchor, canonical, orphaned }: FinalizedChain): Promise<void> {
    const known = this.#record
    if (known === undefined) return Promise.reject(this.#damaged('it has no anchor to move on from'))
    const settled = [...canonical.map(({ root }) => root), ...orphaned]
    return this.#write([
      ...this.#anchorWrites(
        anchor,
        known.genesis,
        canonical.filter(({ slot }) => slot > known.slot),
      ),
      ...settled.map((root): Write => ({ type: 'del', key: keys.unfinalized(this.#name, root) })),
    ])
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#shared.queue.settled()
  }

  /** The node's data is deleted; what it has in common with others stays for them. */
  async delete(): Promise<void> {
    const prefix = keys.node(this.#name)
    const nodeKeys = await this.#read((database) =>
      database.keys({ gte: prefix, lte: keys.endOf(prefix) }).all(),
    )
    const released = this.#shared.states.release(this.#name)
    const deleted = released === undefined ? nodeKeys : [...nodeKeys, keys.state(released)]
    await this.#write(deleted.map((key): Write => ({ type: 'del', key })))
    this.#record = undefined
  }

  #anchorWrites(
    { blockBytes: _, stateBytes, ...anchor }: StoredAnchor,
    genesis: StoredGenesis,
    places: readonly Place[],
  ): Write[] {
    const record: AnchorRecord = { ...anchor, genesis }
    this.#record = record
    const writes = [putBytes(keys.anchor(this.#name), encodeAnchorRecord(record))]
    const last = places.at(-1)
    if (last !== undefined) writes.push(putBytes(keys.finalized(this.#name, last.slot), encodePlaces(places)))
    const { isNew, released } = this.#shared.states.hold(this.#name, anchor.root)
    if (isNew) writes.push(putBytes(keys.state(anchor.root), stateBytes))
    if (released !== undefined) writes.push({ type: 'del', key: keys.state(released) })
    return writes
  }

  async #write(writes: readonly Write[]): Promise<void> {
    if (this.#isClosed)
      throw new StoreError('unavailable', this.directory, `the store of ${this.#name} is closed`)
    try {
      await this.#shared.queue.write(writes)
    } catch (error) {
      throw storeErrorOf(this.directory, error)
    }
  }

  async #read<Result>(read: (database: Database) => Promise<Result>): Promise<Result> {
    await this.#shared.queue.settled()
    try {
      return await read(this.#shared.database)
    } catch (error) {
      throw storeErrorOf(this.directory, error)
    }
  }

  #decode<Result>(decode: () => Result): Result {
    try {
      return decode()
    } catch (cause) {
      throw this.#damaged('an entry in it does not decode', cause)
    }
  }

  #missing(what: string): never {
    throw this.#damaged(`${what} is missing`)
  }

  #damaged(problem: string, cause?: unknown): StoreError {
    return new StoreError('damaged', this.directory, `of ${this.#name}, ${problem}`, cause)
  }
}

function putBytes(key: string, value: Uint8Array): Write {
  return { type: 'put', key, value }
}
