import { StringDecoder } from 'node:string_decoder'

/** Of a line, in characters. A record of a node with a thousand peers has a hundredth of it. */
const defaultLengthMax = 4 * 1024 * 1024

export interface Line {
  /** Without its line break. */
  readonly text: string
  /** From 1. */
  readonly number: number
  /** Whether a line break ends it; only the last line may have none. */
  readonly isWhole: boolean
  /** Whether only the beginning is given, as it has no end within the bound; it is then the last. */
  readonly isTooLong: boolean
}

/** Splits bytes into lines, and never holds more than one of them and a chunk. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  lengthMax = defaultLengthMax,
): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let number = 1
  for await (const chunk of chunks) {
    const pieces = (rest + decoder.write(Buffer.from(chunk))).split('\n')
    rest = pieces.pop() ?? ''
    for (const text of pieces) yield { text, number: number++, isWhole: true, isTooLong: false }
    if (rest.length > lengthMax) {
      yield { text: rest, number, isWhole: false, isTooLong: true }
      return
    }
  }
  rest += decoder.end()
  if (rest !== '') yield { text: rest, number, isWhole: false, isTooLong: false }
}
