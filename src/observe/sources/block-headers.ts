import type { BeaconApi, BlockHeader } from '../../apis/beacon-api.ts'

/** Headers that are kept: a block is asked about by every node that follows it, within moments. */
const headersMax = 4_096

/** Headers by their roots, asked for once for all nodes: what a root names is the same everywhere. */
export class BlockHeaders {
  readonly #headers = new Map<string, Promise<BlockHeader | undefined>>()

  /** @returns undefined when this node does not have the block, or does not answer */
  async get(root: string, api: BeaconApi, signal: AbortSignal): Promise<BlockHeader | undefined> {
    const known = await this.#headers.get(root)
    if (known !== undefined) return known
    const asked = api.header(root, { signal, timeoutMs: 5_000 }).catch(() => undefined)
    this.#headers.set(root, asked)
    if (this.#headers.size > headersMax) this.#forgetOldest()
    return asked
  }

  #forgetOldest(): void {
    const [oldest] = this.#headers.keys()
    if (oldest !== undefined) this.#headers.delete(oldest)
  }
}
