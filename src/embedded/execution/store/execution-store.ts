import { type Block, createBlockFromRLP } from '@ethereumjs/block'
import type { Hex } from '../../../plan/manifest.ts'
import { StoreError, storeErrorOf } from '../../chain/store-error.ts'
import type { Database, WriteQueue } from '../../chain/write-queue.ts'
import { nextTurn } from '../../clock/event-loop.ts'
import { bytesToHex, hexToBytes, zeroHash } from '../bytes.ts'
import type { ChainRules } from '../chain/chain-rules.ts'
import type { ExecutionNode, ForkchoiceState } from '../execution-node.ts'
import { storeKeys } from './store-keys.ts'

const timestampBytes = 8
const hashBytes = 32
/** Larger than any valid block (EIP-7934). */
const blockBytesMax = 16 * 1024 * 1024
/** Blocks executed before others get their turn. */
const turnBlocks = 16

export interface ExecutionStoreParts {
  readonly directory: string
  readonly database: Database
  readonly queue: WriteQueue
}

/**
 * The blocks that one execution node has imported, of all branches, and the head that it followed. States are
 * not kept: the blocks are executed again. Nothing is ever deleted but with the node.
 */
export class ExecutionStore {
  readonly #name: string
  readonly #parts: ExecutionStoreParts

  constructor(name: string, parts: ExecutionStoreParts) {
    this.#name = name
    this.#parts = parts
  }

  /** Resolves when the block outlives this process. @throws StoreError */
  async putBlock(block: Block): Promise<void> {
    const encoded = block.serialize()
    if (encoded.length > blockBytesMax) throw this.#damaged(`a block of ${encoded.length} bytes`)
    const { number, timestamp } = block.header
    const key = storeKeys.block(this.#name, Number(number), bytesToHex(block.hash()))
    const value = new Uint8Array(timestampBytes + encoded.length)
    new DataView(value.buffer).setBigUint64(0, timestamp)
    value.set(encoded, timestampBytes)
    await this.#write(key, value)
  }

  /** @throws StoreError */
  putForkchoice({ headBlockHash, safeBlockHash, finalizedBlockHash }: ForkchoiceState): Promise<void> {
    const hashes = [headBlockHash, safeBlockHash, finalizedBlockHash].map(hexToBytes)
    return this.#write(storeKeys.forkchoice(this.#name), Uint8Array.from(Buffer.concat(hashes)))
  }

  /**
   * Brings a new node to where the one before it was: executes all blocks again, and follows the same head.
   * @throws StoreError
   */
  async restore(node: ExecutionNode): Promise<void> {
    const { database, queue } = this.#parts
    await queue.settled()
    try {
      let count = 0
      for await (const value of database.values(storeKeys.blocks(this.#name))) {
        if (count++ % turnBlocks === turnBlocks - 1) await nextTurn()
        await this.#import(node, this.#decode(value, node.shared.rules))
      }
      const forkchoice = await database.get(storeKeys.forkchoice(this.#name))
      if (forkchoice !== undefined) this.#follow(node, forkchoice)
    } catch (error) {
      throw storeErrorOf(this.#parts.directory, error)
    }
  }

  async #import(node: ExecutionNode, block: Block): Promise<void> {
    const { status, validationError } = await node.importBlock(block)
    if (status === 'VALID') return
    throw this.#damaged(`block ${block.header.number} is ${status} (${validationError ?? 'no parent'})`)
  }

  #follow(node: ExecutionNode, forkchoice: Uint8Array): void {
    const [headBlockHash = zeroHash, safeBlockHash = zeroHash, finalizedBlockHash = zeroHash] = [0, 1, 2].map(
      (index): Hex => bytesToHex(forkchoice.subarray(index * hashBytes, (index + 1) * hashBytes)),
    )
    const { payloadStatus } = node.forkchoiceUpdated({ headBlockHash, safeBlockHash, finalizedBlockHash })
    if (payloadStatus.status !== 'VALID') throw this.#damaged(`the head ${headBlockHash} is missing`)
  }

  #decode(value: Uint8Array, rules: ChainRules): Block {
    try {
      const timestamp = new DataView(value.buffer, value.byteOffset, value.byteLength).getBigUint64(0)
      const encoded = Uint8Array.from(value.subarray(timestampBytes))
      return createBlockFromRLP(encoded, { common: rules.commonAt(timestamp) })
    } catch (cause) {
      throw this.#damaged('a block in it does not decode', cause)
    }
  }

  async #write(key: string, value: Uint8Array): Promise<void> {
    try {
      await this.#parts.queue.write([{ type: 'put', key, value }])
    } catch (error) {
      throw storeErrorOf(this.#parts.directory, error)
    }
  }

  #damaged(problem: string, cause?: unknown): StoreError {
    return new StoreError('damaged', this.#parts.directory, `of ${this.#name}, ${problem}`, cause)
  }
}
