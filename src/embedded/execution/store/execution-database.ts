import { ClassicLevel } from 'classic-level'
import { StoreError, storeErrorOf } from '../../chain/store-error.ts'
import { type Database, WriteQueue } from '../../chain/write-queue.ts'
import { ExecutionStore } from './execution-store.ts'
import { storeKeys } from './store-keys.ts'

const formatVersion = '1'

/**
 * The execution blocks of those nodes of a network directory whose consensus clients are other processes, in
 * one LevelDB database.
 *
 * A process that ends at any moment leaves a database that opens again, with each write in it whole or not there.
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
  static async open(directory: string): Promise<ExecutionDatabase> {
    const database: Database = new ClassicLevel(directory, { keyEncoding: 'utf8', valueEncoding: 'view' })
    try {
      await database.open()
      await checkVersion(directory, database)
      return new ExecutionDatabase(directory, database)
    } catch (error) {
      await database.close().catch(() => undefined)
      throw storeErrorOf(directory, error)
    }
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

async function checkVersion(directory: string, database: Database): Promise<void> {
  const found = await database.get(storeKeys.version)
  if (found === undefined) {
    await database.put(storeKeys.version, new TextEncoder().encode(formatVersion))
    return
  }
  const version = new TextDecoder().decode(found)
  if (version === formatVersion) return
  const problem = `its format is ${version}, this program's is ${formatVersion}`
  throw new StoreError('other-version', directory, problem)
}
