/** An answer is longer than anything that was asked for. */
export class AnswerTooLongError extends Error {
  constructor(bytesMax: number) {
    super(`the answer is longer than ${bytesMax} bytes`)
  }
}

/**
 * The body of an HTTP answer as text. Reads no more than allowed: the rest is refused, not buffered.
 * @throws AnswerTooLongError
 */
export async function boundedText(response: Response, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    // Leaving the loop cancels the stream, which ends the connection.
    if (bytes > bytesMax) throw new AnswerTooLongError(bytesMax)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
