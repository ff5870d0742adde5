export interface ReceivedEvent {
  readonly topic: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape.
  readonly data: any
}

/** Reads server-sent events as they come. */
export class EventReader {
  readonly events: ReceivedEvent[] = []
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #waiting = new Set<() => void>()
  /** Settles when the stream ends; rejects when it breaks. */
  readonly ended: Promise<void>

  constructor(response: Response) {
    if (response.body === null) throw new Error('The answer has no body.')
    this.#reader = response.body.getReader()
    this.ended = this.#read()
    this.ended.catch(() => {})
  }

  /** Resolves with the first event of a topic; rejects when the stream ends before it. */
  async first(topic: string): Promise<ReceivedEvent> {
    const ended = this.ended.then(() => Promise.reject(new Error(`The stream ended without ${topic}.`)))
    // Also when the event came first, and nobody waits for it any more.
    ended.catch(() => {})
    for (;;) {
      const event = this.events.find((candidate) => candidate.topic === topic)
      if (event !== undefined) return event
      await Promise.race([new Promise<void>((resolve) => this.#waiting.add(resolve)), ended])
    }
  }

  cancel(): Promise<void> {
    return this.#reader.cancel()
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    for (let chunk = await this.#reader.read(); !chunk.done; chunk = await this.#reader.read()) {
      text += decoder.decode(chunk.value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) if (!block.startsWith(':')) this.events.push(parseEvent(block))
      for (const resolve of this.#waiting) resolve()
      this.#waiting.clear()
    }
  }
}

function parseEvent(block: string): ReceivedEvent {
  const match = /^event: (\w+)\ndata: (.*)$/.exec(block)
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`Not an event: ${block}`)
  return { topic: match[1], data: JSON.parse(match[2]) }
}
