import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { packageRoot } from '../../../src/processes/binaries/package-root.ts'

/** A line of `--json` output. */
export interface Event {
  readonly event: string
  readonly [key: string]: unknown
}

export interface Outcome {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly events: readonly Event[]
}

export interface CommandPlace {
  /** What is run with the arguments, found on the PATH. @default our CLI, with this Node */
  readonly program?: string
  /** @default that of the tests */
  readonly directory?: string
}

/** One run of the built CLI, as a process of its own. */
export class Command {
  readonly child: ChildProcess
  /** Settles when the process has ended and said all that it had to say. */
  readonly ended: Promise<Outcome>
  readonly #events: Event[] = []
  #stdout = ''
  #stderr = ''
  #onChange = () => {}

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv, place: CommandPlace = {}) {
    const cli = process.env.ETH_LOCALNET_CLI ?? join(packageRoot(), 'dist', 'cli.js')
    const [file, ...first] = place.program === undefined ? [process.execPath, cli] : [place.program]
    this.child = spawn(file, [...first, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      cwd: place.directory,
      // A process group of its own, as a shell makes one for each command.
      detached: true,
    })
    const { stdout, stderr } = this.child
    if (stdout === null || stderr === null) throw new Error('the command has no output')
    createInterface({ input: stdout }).on('line', (line) => this.#take(line))
    stderr.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text
    })
    this.ended = once(this.child, 'close').then(([exitCode]) => {
      this.#onChange()
      return { exitCode, stdout: this.#stdout, stderr: this.#stderr, events: this.#events }
    })
  }

  /** The first event of a kind that it prints, or has printed. Fails when it ends without one. */
  event(isMeant: (event: Event) => boolean): Promise<Event> {
    return this.#first(() => this.#events.find(isMeant))
  }

  /** As {@link event}, of the lines that it prints. */
  line(isMeant: (line: string) => boolean): Promise<string> {
    return this.#first(() => this.#stdout.split('\n').find(isMeant))
  }

  async #first<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        const { exitCode, stdout, stderr } = await this.ended
        throw new Error(`it ended with ${exitCode} before the event\n${stdout}${stderr}`)
      }
      await new Promise<void>((resolve) => {
        this.#onChange = resolve
      })
    }
  }

  /** Sends SIGINT to all that the command has started in its process group, as a terminal does. */
  pressCtrlC(): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGINT')
  }

  /** Reads no more of what it prints, as `head` does when it has enough. */
  closeOutput(): void {
    this.child.stdout?.destroy()
  }

  #take(line: string): void {
    this.#stdout += `${line}\n`
    if (line.startsWith('{')) this.#events.push(JSON.parse(line))
    this.#onChange()
  }
}
