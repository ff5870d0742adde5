import type { Root } from '../fork-choice/types.ts'
import type { Fork, SignedBlock } from '../protocol/signed-block.ts'
import type {
  BuiltPayload,
  ExecutionEngine,
  ForkchoiceState,
  PayloadAttributes,
  PayloadStatus,
} from './execution-engine.ts'

/** Blocks whose place in the beacon chain is remembered by their payload's hash. */
const rememberedMax = 1024

/**
 * An execution client of another process, which may have lost blocks in a crash that its beacon node still has.
 * When it says `SYNCING`, it is given the payloads again, from the last one that it has. Peers of its own may
 * be quicker, or not there at all.
 */
export class RefillingEngine implements ExecutionEngine {
  readonly #engine: ExecutionEngine
  readonly #findBlock: (root: Root) => Promise<SignedBlock | undefined>
  /** Insertion order is age: the oldest are forgotten first. */
  readonly #roots = new Map<Root, Root>()

  /** @param findBlock a block that the beacon node has, however old */
  constructor(engine: ExecutionEngine, findBlock: (root: Root) => Promise<SignedBlock | undefined>) {
    this.#engine = engine
    this.#findBlock = findBlock
  }

  async notifyNewPayload(block: SignedBlock): Promise<PayloadStatus> {
    this.#remember(block)
    const status = await this.#engine.notifyNewPayload(block)
    if (!isLacking(status)) return status
    return (await this.#refill(block)) ? this.#engine.notifyNewPayload(block) : status
  }

  async notifyForkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes) {
    const answer = await this.#engine.notifyForkchoiceUpdated(state, attributes)
    const root = this.#roots.get(state.headBlockHash)
    if (!isLacking(answer.payloadStatus) || root === undefined) return answer
    const block = await this.#findBlock(root)
    const isBack = block !== undefined && (await this.notifyNewPayload(block)).status === 'VALID'
    return isBack ? this.#engine.notifyForkchoiceUpdated(state, attributes) : answer
  }

  getPayload(payloadId: string, fork: Fork): Promise<BuiltPayload> {
    return this.#engine.getPayload(payloadId, fork)
  }

  #remember({ executionBlockHash, root }: SignedBlock): void {
    const oldest = this.#roots.keys().next()
    if (this.#roots.size >= rememberedMax && !oldest.done) this.#roots.delete(oldest.value)
    this.#roots.set(executionBlockHash, root)
  }

  /** Gives it the ancestors of a block that it does not have. @returns whether it has all of them then */
  async #refill(block: SignedBlock): Promise<boolean> {
    const lacking = await this.#lackingAncestors(block)
    if (lacking === undefined) return false
    for (const root of lacking.toReversed()) {
      const ancestor = await this.#findBlock(root)
      if (ancestor === undefined) return false
      // It may be at work on its own, and then takes nothing.
      if ((await this.#engine.notifyNewPayload(ancestor)).status !== 'VALID') return false
    }
    return true
  }

  /**
   * Roots of the ancestors from the block's parent to where the execution client stands, or a little below:
   * it is asked at the distances 1, 2, 4, 8, ... only. Undefined when the beacon node does not have them all.
   */
  async #lackingAncestors(block: SignedBlock): Promise<Root[] | undefined> {
    const lacking: Root[] = []
    let ancestor = await this.#findBlock(block.parentRoot)
    // Genesis has no payload, and every execution client has its block.
    while (ancestor !== undefined && ancestor.slot > 0) {
      const isAsked = Number.isInteger(Math.log2(lacking.length + 1))
      if (isAsked && !isLacking(await this.#engine.notifyNewPayload(ancestor))) return lacking
      lacking.push(ancestor.root)
      ancestor = await this.#findBlock(ancestor.parentRoot)
    }
    return ancestor && lacking
  }
}

function isLacking({ status }: PayloadStatus): boolean {
  return status === 'SYNCING' || status === 'ACCEPTED'
}
