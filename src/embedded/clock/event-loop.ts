import { nextTick } from 'node:process'

/** Real time that may pass before the rest of the program, such as servers, gets its turn. */
const sliceMs = 8

/** Resolves when everything that goes on in promises alone has come to its end, or waits for something else. */
export function promisesAtRest(): Promise<void> {
  // The queue of ticks is looked at when that of promises is empty, and that takes no turn of the event loop.
  return new Promise(nextTick)
}

/** Resolves when the event loop comes round: what several nodes ask for until then can be done in one go. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/**
 * Shares the thread between a clock that runs as fast as it can and everybody else. It knows real time, but
 * nothing in a network can tell: it only decides when others are let in.
 */
export class EventLoopShare {
  #sliceEndMs = 0

  /** A turn of the event loop when the present slice of time is over; nothing to wait for otherwise. */
  giveTurn(): Promise<void> | undefined {
    if (performance.now() < this.#sliceEndMs) return undefined
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#sliceEndMs = performance.now() + sliceMs
        resolve()
      })
    })
  }
}

/** Calls back when so much real time has passed, unless the result is called before. */
export function afterRealTime(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}
