import type { Socket } from 'node:net'
import type { LinkShape } from '../../embedded/links/link-state.ts'
import type { RandomSource } from '../../plan/random.ts'

/** What may wait in one direction of a connection; beyond it the sender has to wait. */
const waitingBytesMax = 4 * 1024 * 1024
/** A bounded bandwidth is kept in steps of about so long. */
const stepMs = 10
const stepBytesMin = 256

interface Waiting {
  readonly chunk: Buffer
  readonly dueMs: number
}

/** One direction of a proxied connection: passes on what comes, in its order, as late as its shape says. */
export class ShapedPipe {
  #from: Socket
  #to: Socket
  readonly #random: RandomSource
  #shape: LinkShape
  readonly #waiting: Waiting[] = []
  #waitingBytes = 0
  #timer: NodeJS.Timeout | undefined
  #lastDueMs = 0
  /** When the last byte has left, where the bandwidth is bounded. */
  #busyUntilMs = 0
  #isEnded = false

  constructor(parameters: { from: Socket; to: Socket; shape: LinkShape; random: RandomSource }) {
    this.#from = parameters.from
    this.#to = parameters.to
    this.#shape = parameters.shape
    this.#random = parameters.random
    this.#listenFrom(this.#from)
    this.#listenTo(this.#to)
  }

  /** Takes what comes from another socket from now on; too late when the end has come. */
  set from(from: Socket) {
    if (this.#isEnded) return
    this.#from.off('data', this.#take).off('end', this.#onEnd).off('close', this.#onClose)
    this.#from = from
    this.#listenFrom(from)
  }

  /** Passes all that has not been passed on yet to another socket; too late when the end has come. */
  set to(to: Socket) {
    if (this.#isEnded) return
    this.#to.off('drain', this.#flush).off('close', this.#onClose)
    this.#to = to
    this.#listenTo(to)
    this.#flush()
  }

  /** For what comes from now on. */
  set shape(shape: LinkShape) {
    this.#shape = shape
  }

  #listenFrom(from: Socket): void {
    from.on('data', this.#take).on('end', this.#onEnd).on('close', this.#onClose)
  }

  #listenTo(to: Socket): void {
    to.on('drain', this.#flush).on('close', this.#onClose)
  }

  readonly #onClose = (): void => clearTimeout(this.#timer)

  readonly #take = (chunk: Buffer): void => {
    const { latencyMs, jitterMs, bandwidthKbps } = this.#shape
    if (this.#waiting.length === 0 && latencyMs === 0 && jitterMs === 0 && bandwidthKbps === undefined) {
      if (!this.#to.write(chunk)) this.#from.pause()
      return
    }
    for (const part of partsOf(chunk, bandwidthKbps)) {
      this.#waiting.push({ chunk: part, dueMs: this.#dueMs(part.length) })
      this.#waitingBytes += part.length
    }
    if (this.#waitingBytes >= waitingBytesMax) this.#from.pause()
    this.#flush()
  }

  /** A stream keeps its order: nothing is due before what came before it. */
  #dueMs(bytes: number): number {
    const nowMs = performance.now()
    const { latencyMs, jitterMs, bandwidthKbps } = this.#shape
    let leftMs = nowMs
    if (bandwidthKbps !== undefined) {
      // A kilobit a second is an eighth of a byte a millisecond.
      this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + (8 * bytes) / bandwidthKbps
      leftMs = this.#busyUntilMs
    }
    const dueMs = leftMs + latencyMs + (jitterMs === 0 ? 0 : this.#random.below(jitterMs + 1))
    this.#lastDueMs = Math.max(this.#lastDueMs, dueMs)
    return this.#lastDueMs
  }

  /** Passes on what is due, and comes again for the rest. */
  readonly #flush = (): void => {
    clearTimeout(this.#timer)
    if (this.#to.destroyed) return
    const nowMs = performance.now()
    let isTaking = !this.#to.writableNeedDrain
    while (isTaking) {
      const [next] = this.#waiting
      if (next === undefined || next.dueMs > nowMs) break
      this.#waiting.shift()
      this.#waitingBytes -= next.chunk.length
      isTaking = this.#to.write(next.chunk)
    }
    // Otherwise `drain` comes.
    if (!isTaking) return
    if (this.#waitingBytes < waitingBytesMax) this.#from.resume()
    const [next] = this.#waiting
    if (next !== undefined) this.#timer = setTimeout(this.#flush, Math.max(1, next.dueMs - nowMs))
    else if (this.#isEnded) this.#to.end()
  }

  readonly #onEnd = (): void => {
    this.#isEnded = true
    this.#flush()
  }
}

/** Where the bandwidth is bounded, a large chunk leaves in parts, as packets would. */
function partsOf(chunk: Buffer, bandwidthKbps: number | undefined): readonly Buffer[] {
  if (bandwidthKbps === undefined) return [chunk]
  const size = Math.max(stepBytesMin, Math.floor((bandwidthKbps * stepMs) / 8))
  const parts: Buffer[] = []
  for (let start = 0; start < chunk.length; start += size) parts.push(chunk.subarray(start, start + size))
  return parts
}
