import type { BatchOperation, ClassicLevel } from 'classic-level'

export type Database = ClassicLevel<string, Uint8Array>
export type Write = BatchOperation<Database, string, Uint8Array>

interface Pending {
  readonly writes: readonly Write[]
  readonly isSafe: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes in the order in which they were asked for, each of them whole or not at all. What comes while the disk
 * is at work is written together, so that a hundred nodes in step cost one write. Whoever asks waits for the
 * answer before asking much more, which bounds the queue.
 */
export class WriteQueue {
  readonly #database: Database
  #pending: Pending[] = []
  #running: Promise<void> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** @param isSafe waits until a crash of the machine, and not just of this process, leaves it there */
  write(writes: readonly Write[], { isSafe }: { isSafe: boolean }): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#pending.push({ writes, isSafe, resolve, reject })
    })
    this.#running ??= this.#run()
    return written
  }

  /** Resolves when all writes so far have ended. Never rejects. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    // All that is asked for in one go is written together.
    await Promise.resolve()
    while (this.#pending.length > 0) {
      const group = this.#pending
      this.#pending = []
      try {
        const writes = group.flatMap((pending) => pending.writes)
        await this.#database.batch(writes, { sync: group.some(({ isSafe }) => isSafe) })
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#running = undefined
  }
}
