import { crc32 } from 'node:zlib'

/** What a node says of the rules that it follows (EIP-2124, with times as EIP-6122 has them). */
export interface ForkId {
  /** CRC-32 of the genesis hash and of the times of the forks that have passed. */
  readonly hash: number
  /** Time of the next fork, in seconds; 0 when none is known. */
  readonly next: number
}

/** The fork ids of one chain. */
export class ForkIds {
  /** By the number of forks that have passed. */
  readonly #ids: readonly ForkId[]

  /** @param forkTimes of the forks after genesis, ascending, in seconds */
  constructor(genesisHash: Uint8Array, forkTimes: readonly number[]) {
    let hash = crc32(genesisHash)
    const hashes = [hash, ...forkTimes.map((time) => (hash = crc32(bigEndian(time), hash)))]
    this.#ids = hashes.map((one, index) => ({ hash: one, next: forkTimes[index] ?? 0 }))
  }

  /** @param headTime timestamp of the head, in seconds */
  at(headTime: number): ForkId {
    return this.#ids.find(({ next }) => next === 0 || next > headTime) ?? { hash: 0, next: 0 }
  }

  /** Whether a peer follows the same rules, as far as both know them (EIP-2124, validation rules 1 to 4). */
  isCompatible(remote: ForkId, headTime: number): boolean {
    const local = this.at(headTime)
    if (remote.hash === local.hash) return remote.next === 0 || headTime < remote.next
    const index = this.#ids.findIndex(({ hash }) => hash === remote.hash)
    if (index < 0) return false
    const isBehind = index < this.#ids.indexOf(local)
    // A peer that is behind must know what comes next; one that is ahead is what this node will become.
    return !isBehind || remote.next === this.#ids[index]?.next
  }
}

function bigEndian(time: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(time))
  return bytes
}
