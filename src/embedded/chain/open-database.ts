import { ClassicLevel } from 'classic-level'
import { StoreError, storeErrorOf } from './store-error.ts'
import type { Database } from './write-queue.ts'

/** What is written is seldom read again: the default, some megabytes for each buffer, would be wasted. */
const options = {
  keyEncoding: 'utf8',
  valueEncoding: 'view',
  cacheSize: 2 ** 20,
  writeBufferSize: 2 ** 20,
} as const

/** The format in which a database was written, and where it says so. */
export interface DatabaseFormat {
  readonly version: string
  readonly versionKey: string
}

/**
 * Opens a LevelDB database, or makes a new one. A process that ends at any moment leaves one that opens again,
 * with each write in it whole or not there.
 *
 * @param prepare what is to be done before anyone uses it; the database is closed when that fails
 * @throws {StoreError} when it cannot be opened, and when it is in another format
 */
export async function openDatabase<T>(
  directory: string,
  format: DatabaseFormat,
  prepare: (database: Database) => T | Promise<T>,
): Promise<T> {
  const database: Database = new ClassicLevel(directory, options)
  try {
    await database.open()
    await checkFormat(directory, format, database)
    return await prepare(database)
  } catch (error) {
    await database.close().catch(() => undefined)
    throw storeErrorOf(directory, error)
  }
}

async function checkFormat(directory: string, format: DatabaseFormat, database: Database): Promise<void> {
  const found = await database.get(format.versionKey)
  if (found === undefined) {
    await database.put(format.versionKey, new TextEncoder().encode(format.version))
    return
  }
  const version = new TextDecoder().decode(found)
  if (version === format.version) return
  const problem = `its format is ${version}, this program's is ${format.version}`
  throw new StoreError('other-version', directory, problem)
}
