import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { BaseError, messageOf } from '../../../errors.ts'
import { workerUrl } from '../../../worker-url.ts'
import type { NamespaceAnswer, NamespaceOrder } from './namespace-messages.ts'
import type { NamespaceTools } from './namespace-tools.ts'
import type { Wire } from './wire.ts'

/** Longer than what the program gives its own commands and connections. */
const answerWithinMs = 90_000
const endWithinMs = 2_000

/** The process in the network namespace ended, or did not do what it was asked for. */
export class LossyNamespaceError extends BaseError {
  constructor(problem: string, pid: number | undefined) {
    super({
      code: 'loss-failed',
      category: 'runtime',
      shortMessage: `The process that loses packets failed: ${problem}.`,
      metaMessages: ['Its connections are reset, and made again under the same rules by whoever dials.'],
      facts: { pid },
    })
  }
}

interface Pending {
  near?: Socket
  far?: Socket
  readonly resolve: (wire: Wire | undefined) => void
  readonly reject: (error: Error) => void
}

/**
 * A network namespace without a name, in which packets get lost, and the process that makes connections there.
 * The sockets themselves are here. Nothing of it can be left behind: the process ends when its channel to this
 * one closes, and the namespace is gone with the last that is in it.
 */
export class LossyNamespace implements AsyncDisposable {
  readonly #child: ChildProcess
  /** Settles when the process has ended, asked for or not. */
  readonly ended: Promise<void>
  readonly #pending = new Map<number, Pending>()
  readonly #sockets = new Set<Socket>()
  #requests = 0
  #isEnding = false

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (answer: NamespaceAnswer, socket) => this.#hear(answer, socket as Socket | undefined))
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        const problem = `it ended with ${signal ?? `code ${code}`}`
        this.#giveUp(problem)
        // No call of anybody's has failed that could tell.
        if (!this.#isEnding) process.emitWarning(new LossyNamespaceError(problem, child.pid))
        resolve()
      })
      child.on('error', (error) => {
        this.#giveUp(error.message)
        // One that could not be started does not end.
        if (child.pid === undefined) resolve()
      })
    })
  }

  /** @throws {LossyNamespaceError} when it cannot be set up; nothing is left of it then */
  static async start({ unshare, options, ip, nft }: NamespaceTools): Promise<LossyNamespace> {
    const url = workerUrl('./loss-namespace.js', './faults/proxies/lossy-wires/namespace-program.ts')
    const program = ['--input-type=module', '--eval', `await import(${JSON.stringify(url.href)})`]
    const child = spawn(unshare, [...options, process.execPath, ...program], {
      // What a terminal's Ctrl-C ends is the network, which ends this.
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { PATH: process.env.PATH },
    })
    const namespace = new LossyNamespace(child)
    try {
      await namespace.#ask({ kind: 'set-up', ip, nft })
      return namespace
    } catch (error) {
      await namespace[Symbol.asyncDispose]()
      throw error
    }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** @throws {LossyNamespaceError} when they are not in force; those before them still are then */
  async setRules(rules: string): Promise<void> {
    await this.#ask({ kind: 'rules', rules })
  }

  /** Connects two of the namespace's addresses. @throws {LossyNamespaceError} */
  async open(near: string, far: string): Promise<Wire> {
    const wire = await this.#ask({ kind: 'open', near, far })
    if (wire === undefined) throw new LossyNamespaceError('it gave no connection', this.pid)
    return wire
  }

  /** Ends the process and all its connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    if (this.#child.connected) this.#child.disconnect()
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), endWithinMs)
    await this.ended
    clearTimeout(kill)
  }

  #ask(order: NamespaceOrder): Promise<Wire | undefined> {
    this.#requests += 1
    const id = this.#requests
    return new Promise<Wire | undefined>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(id, `no answer within ${answerWithinMs / 1_000} s`),
        answerWithinMs,
      )
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          this.#pending.delete(id)
          then(value)
        }
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject) })
      if (!this.#child.connected) this.#fail(id, 'it has ended')
      else this.#child.send({ id, ...order }, (error) => error && this.#fail(id, messageOf(error)))
    })
  }

  #hear(answer: NamespaceAnswer, socket: Socket | undefined): void {
    if (socket !== undefined) this.#keep(socket)
    const pending = this.#pending.get(answer.id)
    // Nobody waits for it any more.
    if (pending === undefined) socket?.destroy()
    else if (answer.kind === 'failed') this.#fail(answer.id, answer.reason)
    else if (answer.kind === 'done') pending.resolve(undefined)
    else if (socket === undefined) this.#fail(answer.id, 'a connection got lost on its way here')
    else {
      pending[answer.kind] = socket
      const { near, far } = pending
      if (near !== undefined && far !== undefined) pending.resolve({ near, far })
    }
  }

  #keep(socket: Socket): void {
    socket.allowHalfOpen = true
    this.#sockets.add(socket)
    // What failed is told by `close` as well.
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #fail(id: number, problem: string): void {
    const pending = this.#pending.get(id)
    pending?.near?.destroy()
    pending?.reject(new LossyNamespaceError(problem, this.pid))
  }

  /** Nobody could change the rules any more to which its connections are subject. */
  #giveUp(problem: string): void {
    for (const id of [...this.#pending.keys()]) this.#fail(id, problem)
    for (const socket of [...this.#sockets]) socket.destroy(new LossyNamespaceError(problem, this.pid))
  }
}
