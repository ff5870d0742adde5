import { ClassicLevel } from 'classic-level'
import type { Root } from '../fork-choice/types.ts'
import type { BlockStore } from './block-store.ts'
import { LevelBlockStore, type SharedStore } from './level-block-store.ts'
import { StateHolders } from './state-holders.ts'
import { StoreError, storeErrorOf } from './store-error.ts'
import { decodePlaces, keys, parseNodeKey } from './store-keys.ts'
import { decodeAnchorRecord } from './stored-anchor-record.ts'
import { type Database, WriteQueue } from './write-queue.ts'

const FORMAT_VERSION = '1'

/**
 * The chain data of all nodes of a network directory, in one LevelDB database. Blocks and states are kept once,
 * by their root, however many nodes have them; what each node has, and how far it has finalized, is its own.
 *
 * A process that ends at any moment leaves a database that opens again, with each write in it whole or not there.
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
  static async open(directory: string): Promise<ChainDatabase> {
    const level: Database = new ClassicLevel(directory, { keyEncoding: 'utf8', valueEncoding: 'view' })
    try {
      await level.open()
      await checkVersion(directory, level)
      const database = new ChainDatabase(directory, level)
      await database.#forgetUnreferenced()
      return database
    } catch (error) {
      await level.close().catch(() => undefined)
      throw storeErrorOf(directory, error)
    }
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

async function checkVersion(directory: string, database: Database): Promise<void> {
  const found = await database.get(keys.version)
  if (found === undefined) {
    await database.put(keys.version, new TextEncoder().encode(FORMAT_VERSION))
    return
  }
  const version = new TextDecoder().decode(found)
  if (version === FORMAT_VERSION) return
  throw new StoreError(
    'other-version',
    directory,
    `its format is ${version}, this program's is ${FORMAT_VERSION}`,
  )
}
