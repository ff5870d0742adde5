import type { Root } from '../fork-choice/types.ts'
import type { BlockStore } from './block-store.ts'
import { LevelBlockStore, type SharedStore } from './level-block-store.ts'
import { type DatabaseFormat, openDatabase } from './open-database.ts'
import { StateHolders } from './state-holders.ts'
import { StoreError, storeErrorOf } from './store-error.ts'
import { decodePlaces, keys, parseNodeKey } from './store-keys.ts'
import { decodeAnchorRecord } from './stored-anchor-record.ts'
import { type Database, WriteQueue } from './write-queue.ts'

const format: DatabaseFormat = { version: '1', versionKey: keys.version }

/**
 * The chain data of all nodes of a network directory, in one LevelDB database. Blocks and states are kept once,
 * by their root, however many nodes have them; what each node has, and how far it has finalized, is its own.
 */
export class ChainDatabase {
  readonly #shared: SharedStore

  private constructor(directory: string, database: Database) {
    this.#shared = {
      directory,
      database,
      queue: new WriteQueue(database),
      states: new StateHolders(),
      written: new WeakSet(),
    }
  }

  /**
   * Opens the database, or makes a new one.
   * @throws StoreError
   */
  static open(directory: string): Promise<ChainDatabase> {
    return openDatabase(directory, format, async (level) => {
      const database = new ChainDatabase(directory, level)
      await database.#forgetUnreferenced()
      return database
    })
  }

  /** The store of a node. To be asked for once by each. */
  nodeStore(name: string): BlockStore {
    return new LevelBlockStore(name, this.#shared)
  }

  /** Deletes what a node has. @throws StoreError */
  async deleteNode(name: string): Promise<void> {
    await new LevelBlockStore(name, this.#shared).delete()
  }

  /** Waits for all writes. @throws StoreError */
  async close(): Promise<void> {
    await this.#shared.queue.settled()
    try {
      await this.#shared.database.close()
    } catch (error) {
      throw storeErrorOf(this.#shared.directory, error)
    }
  }

  /**
   * Deletes blocks that no node has any more. It is done when nobody writes: a block is written with the first
   * reference to it only.
   */
  async #forgetUnreferenced(): Promise<void> {
    const { database, directory, states } = this.#shared
    const referenced = new Set<Root>()
    const range = { gte: keys.nodes, lte: keys.endOf(keys.nodes) }
    for await (const [key, value] of database.iterator(range)) {
      const { name, kind } = parseNodeKey(key)
      try {
        if (kind !== 'anchor') for (const { root } of decodePlaces(value)) referenced.add(root)
        else states.hold(name, decodeAnchorRecord(value).root)
      } catch (cause) {
        throw new StoreError('damaged', directory, `the entry ${key} does not decode`, cause)
      }
    }
    const unreferenced: string[] = []
    for await (const key of database.keys({ gte: keys.blocks, lte: keys.endOf(keys.blocks) })) {
      if (!referenced.has(key.slice(keys.blocks.length))) unreferenced.push(key)
    }
    await database.batch(unreferenced.map((key) => ({ type: 'del', key })))
  }
}
