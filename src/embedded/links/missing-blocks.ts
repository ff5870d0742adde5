import type { Block } from '@ethereumjs/block'
import type { Hex } from '../../plan/manifest.ts'
import type { Clock } from '../clock/clock.ts'
import { holdTime } from '../clock/hold-time.ts'
import { bytesToHex } from '../execution/bytes.ts'
import type { ExecutionNode } from '../execution/execution-node.ts'

/** Blocks of one answer. */
export const answerBlocksMax = 128
/** Blocks that are fetched at most below one that is missing: more than that, a node has nothing to build on. */
const fetchBlocksMax = 16_384
/** Blocks imported at one moment. */
const importBlocks = 32
/** Hashes that wait while another one is fetched. */
const wantedMax = 16
const answerTimeoutMs = 10_000

/** A block and its ancestors, newest first, as far as a node has them; without the genesis block. */
export function blocksBackFrom({ chain }: ExecutionNode, hash: Hex): Block[] {
  const blocks: Block[] = []
  let record = chain.record(hash)
  while (record !== undefined && record.number > 0 && blocks.length < answerBlocksMax) {
    blocks.push(record.block)
    record = chain.record(record.parentHash)
  }
  return blocks
}

export interface MissingBlocksOptions<Neighbour> {
  readonly node: ExecutionNode
  readonly clock: Clock
  readonly neighbours: () => readonly Neighbour[]
  /** Asks a neighbour for a block and its ancestors, newest first. There may be no answer. */
  readonly ask: (neighbour: Neighbour, hash: Hex, onAnswer: (blocks: readonly Block[]) => void) => void
  readonly onError: (error: unknown) => void
}

/**
 * Fetches the blocks that a node is told to build upon and does not have. From the missing block it walks
 * back, through whichever neighbour has the blocks, to one that the node has, and imports from there.
 */
export class MissingBlocks<Neighbour> {
  readonly #options: MissingBlocksOptions<Neighbour>
  readonly #wanted = new Set<Hex>()
  #isFetching = false
  #isStopped = false

  constructor(options: MissingBlocksOptions<Neighbour>) {
    this.#options = options
  }

  /** A hash that nobody has is given up: the node says again that it is missing, if it still is. */
  readonly want = (hash: Hex): void => {
    if (this.#wanted.size >= wantedMax) return
    this.#wanted.add(hash)
    if (this.#isFetching) return
    this.#isFetching = true
    this.#fetchAll().catch(this.#options.onError)
  }

  stop(): void {
    this.#isStopped = true
  }

  async #fetchAll(): Promise<void> {
    try {
      // Also those that are added meanwhile.
      for (const hash of this.#wanted) {
        if (!this.#isStopped && !this.#has(hash)) await this.#fetch(hash)
        this.#wanted.delete(hash)
      }
    } finally {
      this.#wanted.clear()
      this.#isFetching = false
    }
  }

  #has(hash: Hex): boolean {
    return this.#options.node.chain.record(hash) !== undefined
  }

  async #fetch(hash: Hex): Promise<void> {
    const branch: Block[] = []
    let wanted = hash
    while (!this.#has(wanted)) {
      const blocks = branch.length < fetchBlocksMax ? await this.#askNeighbours(wanted) : []
      if (blocks.length === 0) return
      for (const block of blocks) {
        if (this.#has(wanted)) break
        branch.push(block)
        wanted = bytesToHex(block.header.parentHash)
      }
    }
    await this.#import(branch.reverse())
  }

  /** A chain of blocks that ends with the wanted one, newest first; none when no neighbour has it. */
  async #askNeighbours(hash: Hex): Promise<readonly Block[]> {
    for (const neighbour of [...this.#options.neighbours()]) {
      if (this.#isStopped) break
      const blocks = await this.#ask(neighbour, hash)
      if (isChain(blocks, hash)) return blocks
    }
    return []
  }

  #ask(neighbour: Neighbour, hash: Hex): Promise<readonly Block[]> {
    const { clock, ask } = this.#options
    return new Promise((resolve) => {
      const timer = clock.at(clock.nowMs + answerTimeoutMs, () => resolve([]))
      ask(neighbour, hash, (blocks) => {
        timer.cancel()
        resolve(blocks)
      })
    })
  }

  /** Oldest first. A long branch is imported over some milliseconds, so that it does not hold up the others. */
  async #import(branch: readonly Block[]): Promise<void> {
    const { clock } = this.#options
    for (let start = 0; start < branch.length; start += importBlocks) {
      const isValid = await holdTime(clock, this.#importSome(branch.slice(start, start + importBlocks)))
      if (!isValid) return
      await new Promise<void>((resolve) => {
        clock.at(clock.nowMs + 1, resolve)
      })
    }
  }

  async #importSome(blocks: readonly Block[]): Promise<boolean> {
    for (const block of blocks) {
      if (this.#isStopped) return false
      const { status } = await this.#options.node.importBlock(block)
      if (status !== 'VALID') return false
    }
    return true
  }
}

/** Whether each block is the parent of the one before, and the first the one that was asked for. */
function isChain(blocks: readonly Block[], hash: Hex): boolean {
  let wanted = hash
  for (const block of blocks) {
    if (bytesToHex(block.hash()) !== wanted) return false
    wanted = bytesToHex(block.header.parentHash)
  }
  return blocks.length > 0
}
