import type { Block } from '@ethereumjs/block'
import type { GethGenesis } from '@ethereumjs/common'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import type { Hex } from '../../../plan/manifest.ts'
import { bytesToHex, keccak256 } from '../bytes.ts'
import type { ExecutionPayload, PayloadContext } from '../engine/execution-payload.ts'
import { blockFromPayload } from '../engine/payload-block.ts'
import { InvalidBlockError } from './block-errors.ts'
import type { ExecutedBlock } from './block-record.ts'
import {
  type BuildAttributes,
  type BuildPreferences,
  type BuiltBlock,
  buildBlock,
  type TransactionSource,
} from './build-block.ts'
import { ChainRules } from './chain-rules.ts'
import { executeBlock } from './execute-block.ts'
import { genesisBlock } from './genesis-block.ts'
import { LazyKzg } from './lazy-kzg.ts'
import { type BlockHashLookup, VmPool } from './vm-pool.ts'
import { WeakMemo } from './weak-memo.ts'

const rememberedInvalidMax = 1024

/**
 * The execution work of all nodes of one network in one process. What comes of a block depends on its
 * content alone, so each block is executed once, however many nodes import it. It knows no node: which
 * blocks a node has, and which of them it follows, is that node's own affair.
 */
export class SharedExecution {
  readonly rules: ChainRules
  readonly genesis: ExecutedBlock
  readonly machines: VmPool
  readonly #executed = new WeakMemo<ExecutedBlock>()
  readonly #executing = new Map<Hex, Promise<ExecutedBlock>>()
  /** Insertion order is age: the oldest verdicts are forgotten first. */
  readonly #invalid = new Map<Hex, InvalidBlockError>()
  readonly #transactions = new WeakMemo<TypedTransaction>()

  /** @throws GenesisUnsupportedError */
  constructor(genesis: GethGenesis) {
    const kzg = new LazyKzg()
    this.rules = new ChainRules(genesis, kzg)
    this.genesis = genesisBlock(genesis, this.rules)
    this.machines = new VmPool(kzg)
  }

  /**
   * A transaction as blocks carry it (EIP-2718), under the rules of a timestamp in seconds. The same object
   * for the same bytes, so that its sender is recovered once.
   * @throws Error when it is malformed.
   */
  decodeTransaction(raw: Uint8Array, timestamp: bigint | number): TypedTransaction {
    const common = this.rules.commonAt(timestamp)
    const key = `${common.hardfork()} ${bytesToHex(keccak256(raw))}`
    let transaction = this.#transactions.get(key)
    if (transaction === undefined) {
      transaction = createTxFromRLP(raw, { common })
      this.#transactions.set(key, transaction)
    }
    return transaction
  }

  /**
   * The block that a payload describes, checked as far as that needs no parent.
   * @throws InvalidBlockError
   */
  blockFromPayload(payload: ExecutionPayload, context: PayloadContext): Block {
    const common = this.rules.commonAt(payload.timestamp)
    return blockFromPayload(payload, context, common, (raw) => this.decodeTransaction(raw, payload.timestamp))
  }

  /**
   * Executes a block on its parent, or returns what came of it before.
   * @throws InvalidBlockError, and always the same for the same block.
   */
  async import(block: Block, parent: ExecutedBlock, lookUp: BlockHashLookup): Promise<ExecutedBlock> {
    const hash = bytesToHex(block.hash())
    const verdict = this.#invalid.get(hash)
    if (verdict !== undefined) throw verdict
    const done = this.#executed.get(hash)
    if (done !== undefined) return done
    let running = this.#executing.get(hash)
    if (running === undefined) {
      running = this.#execute(hash, block, parent, lookUp)
      this.#executing.set(hash, running)
    }
    return running
  }

  async #execute(hash: Hex, block: Block, parent: ExecutedBlock, lookUp: BlockHashLookup) {
    try {
      const executed = await executeBlock(this.machines, this.rules, block, parent, lookUp)
      this.#executed.set(hash, executed)
      return executed
    } catch (error) {
      if (error instanceof InvalidBlockError) this.#rememberInvalid(hash, error)
      throw error
    } finally {
      this.#executing.delete(hash)
    }
  }

  #rememberInvalid(hash: Hex, error: InvalidBlockError): void {
    const oldest = this.#invalid.keys().next()
    if (this.#invalid.size >= rememberedInvalidMax && !oldest.done) this.#invalid.delete(oldest.value)
    this.#invalid.set(hash, error)
  }

  /** Builds a block on a parent. Whoever imports it later in this process need not execute it again. */
  async build(
    parent: ExecutedBlock,
    attributes: BuildAttributes,
    preferences: BuildPreferences,
    source: TransactionSource,
    lookUp: BlockHashLookup,
  ): Promise<BuiltBlock> {
    const built = await buildBlock(this.machines, this.rules, parent, attributes, preferences, source, lookUp)
    const { hash } = built.executed.record
    const existing = this.#executed.get(hash)
    if (existing !== undefined) return { ...built, executed: existing }
    this.#executed.set(hash, built.executed)
    return built
  }
}
