import { Output } from '../../../src/cli/output.ts'

/** An Output whose text is kept instead of shown. */
export function capturedOutput(form: { isJson?: boolean; isTerminal?: boolean; isNoColour?: boolean } = {}) {
  const { isJson = false, isTerminal = false, isNoColour = false } = form
  const written = { stdout: '', stderr: '' }
  const streamInto = (name: 'stdout' | 'stderr') => ({
    isTTY: isTerminal,
    columns: 80,
    write: (text: string) => {
      written[name] += text
    },
  })
  const output = new Output({
    stdout: streamInto('stdout'),
    stderr: streamInto('stderr'),
    isJson,
    environment: isNoColour ? { NO_COLOR: '1' } : {},
  })
  return {
    output,
    written,
    /** The events, of an Output in JSON form. */
    events: (): { event: string; [key: string]: unknown }[] =>
      written.stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  }
}
