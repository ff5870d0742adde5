import { type DatabaseFormat, openDatabase } from '../../chain/open-database.ts'
import { storeErrorOf } from '../../chain/store-error.ts'
import { type Database, WriteQueue } from '../../chain/write-queue.ts'
import { ExecutionStore } from './execution-store.ts'
import { storeKeys } from './store-keys.ts'

const format: DatabaseFormat = { version: '1', versionKey: storeKeys.version }

/**
 * The execution blocks of those nodes of a network directory whose consensus clients are other processes, in
 * one LevelDB database.
 */
export class ExecutionDatabase {
  readonly #directory: string
  readonly #database: Database
  readonly #queue: WriteQueue

  private constructor(directory: string, database: Database) {
    this.#directory = directory
    this.#database = database
    this.#queue = new WriteQueue(database)
  }

  /** Opens the database, or makes a new one. @throws StoreError */
  static open(directory: string): Promise<ExecutionDatabase> {
    return openDatabase(directory, format, (database) => new ExecutionDatabase(directory, database))
  }

  nodeStore(name: string): ExecutionStore {
    return new ExecutionStore(name, {
      directory: this.#directory,
      database: this.#database,
      queue: this.#queue,
    })
  }

  /** Deletes what a node has. @throws StoreError */
  async deleteNode(name: string): Promise<void> {
    await this.#queue.settled()
    try {
      await this.#database.clear(storeKeys.all(name))
    } catch (error) {
      throw storeErrorOf(this.#directory, error)
    }
  }

  /** Waits for all writes. @throws StoreError */
  async close(): Promise<void> {
    await this.#queue.settled()
    try {
      await this.#database.close()
    } catch (error) {
      throw storeErrorOf(this.#directory, error)
    }
  }
}
