import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** It would decide by process.stdout; the streams here are looked at one by one. */
const anyStream = { validateStream: false }

/** The part of a stream that is used here. */
export interface OutputStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface OutputParameters {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly isJson: boolean
  readonly environment?: NodeJS.ProcessEnv
}

/**
 * What a command says: lines for a person, or with `--json` one object a line for a program. Each method is
 * for one of the two, and does nothing for the other.
 */
export class Output {
  readonly isJson: boolean
  /** Whether lines can be drawn over, as on a terminal that a person looks at. */
  readonly isInteractive: boolean
  readonly #stdout: OutputStream
  readonly #stderr: OutputStream
  readonly #stdoutHasColours: boolean
  readonly #stderrHasColours: boolean

  constructor({ stdout, stderr, isJson, environment = process.env }: OutputParameters) {
    const isDumb = environment.TERM === 'dumb'
    // https://no-color.org: any value but the empty one.
    const mayColour = !environment.NO_COLOR && !isDumb
    this.isJson = isJson
    this.isInteractive = !isJson && stdout.isTTY === true && !isDumb
    this.#stdout = stdout
    this.#stderr = stderr
    this.#stdoutHasColours = mayColour && stdout.isTTY === true
    this.#stderrHasColours = mayColour && stderr.isTTY === true
  }

  /** Columns of the terminal. Some that do not know their size say 0. */
  get columns(): number {
    return this.#stdout.columns || 80
  }

  readonly style = (format: Format, text: string): string => {
    return this.#stdoutHasColours ? styleText(format, text, anyStream) : text
  }

  readonly errorStyle = (format: Format, text: string): string => {
    return this.#stderrHasColours ? styleText(format, text, anyStream) : text
  }

  /** Lines for a person. */
  print(...lines: readonly string[]): void {
    if (!this.isJson) this.#stdout.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** Text that was asked for as it is, such as the help. */
  raw(text: string): void {
    this.#stdout.write(text)
  }

  /** Replaces the line that the cursor is in; only where that is possible. */
  redraw(text: string): void {
    if (this.isInteractive) this.#stdout.write(`\r\u001b[2K${text}`)
  }

  /** One object for a program. Values that are not there are null, so that every line of a kind has the same keys. */
  event<Event extends { readonly event: string }>(event: Event): void {
    if (!this.isJson) return
    const line = JSON.stringify(event, (_key, value) => (value === undefined ? null : value))
    this.#stdout.write(`${line}\n`)
  }

  /** Lines on standard error, in both forms of output. */
  complain(...lines: readonly string[]): void {
    this.#stderr.write(lines.map((line) => `${line}\n`).join(''))
  }
}
