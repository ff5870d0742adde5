import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlockStore } from '../chain/block-store.ts'
import { ChainDatabase } from '../chain/chain-database.ts'
import { ExecutionDatabase } from '../execution/store/execution-database.ts'
import type { ExecutionStore } from '../execution/store/execution-store.ts'
import { ProtectionJournal } from '../validator/slashing-protection/protection-journal.ts'
import type { ProtectionStore } from '../validator/slashing-protection/protection-store.ts'

/** What the nodes of a network keep on disk: one database for all chains, and each node's signed messages. */
export class NetworkStores {
  readonly #directory: string
  readonly #database: ChainDatabase
  readonly #blocks = new Map<string, BlockStore>()
  /** Opened by the first node that needs it: most networks have none. */
  #execution: Promise<ExecutionDatabase> | undefined

  private constructor(directory: string, database: ChainDatabase) {
    this.#directory = directory
    this.#database = database
  }

  /** @throws StoreError */
  static async open(directory: string): Promise<NetworkStores> {
    await mkdir(join(directory, 'signed'), { recursive: true, mode: 0o700 })
    return new NetworkStores(directory, await ChainDatabase.open(join(directory, 'chain')))
  }

  /** The same one for each life of a node. */
  blocks(node: string): BlockStore {
    const store = this.#blocks.get(node) ?? this.#database.nodeStore(node)
    this.#blocks.set(node, store)
    return store
  }

  /** Of an execution node whose consensus client is another process. @throws StoreError */
  async executionBlocks(node: string): Promise<ExecutionStore> {
    this.#execution ??= ExecutionDatabase.open(join(this.#directory, 'execution'))
    try {
      return (await this.#execution).nodeStore(node)
    } catch (error) {
      this.#execution = undefined
      throw error
    }
  }

  protection(node: string): ProtectionStore {
    return new ProtectionJournal(this.#signedFile(node))
  }

  /** Forgets all that a node had; it must have been stopped. */
  async delete(node: string): Promise<void> {
    await this.#database.deleteNode(node)
    await (await this.#execution)?.deleteNode(node)
    this.#blocks.delete(node)
    await rm(this.#signedFile(node), { force: true })
  }

  async close(): Promise<void> {
    await this.#database.close()
    await (await this.#execution)?.close()
  }

  #signedFile(node: string): string {
    return join(this.#directory, 'signed', `${node}.journal`)
  }
}
