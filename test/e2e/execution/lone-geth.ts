import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { vi } from 'vitest'
import type { z } from 'zod'
import { ExecutionApi } from '../../../src/apis/execution-api.ts'
import type { NodeContext } from '../../../src/clients/client.ts'
import { geth } from '../../../src/clients/geth.ts'
import { gethBinaries } from '../../../src/clients/geth-binaries.ts'
import { HttpEngine } from '../../../src/embedded/engine/http-engine.ts'
import type { Manifest } from '../../../src/plan/manifest.ts'
import { requireClient } from '../../../src/processes/binaries/find-client.ts'
import { freePorts } from '../../support/free-ports.ts'

const startDeadlineMs = 60_000

/** A Geth that no beacon node drives: the test does, through its Engine API. Node 0 of the plan. */
export class LoneGeth implements AsyncDisposable {
  readonly engine: HttpEngine
  readonly api: ExecutionApi
  readonly p2pPort: number
  readonly #context: NodeContext
  readonly #binary: string
  readonly #log: string[] = []
  #process: (PromiseLike<unknown> & { kill(signal: NodeJS.Signals): boolean }) | undefined

  private constructor(context: NodeContext, binary: string, jwtSecret: Uint8Array) {
    const { executionRpc, executionEngine, executionP2p } = context.ports
    this.#context = context
    this.#binary = binary
    this.p2pPort = executionP2p
    this.api = new ExecutionApi(`http://127.0.0.1:${executionRpc}`)
    this.engine = new HttpEngine({
      url: `http://127.0.0.1:${executionEngine}`,
      jwtSecret,
      wallClock: Date.now,
    })
  }

  /** Makes an empty data directory, and starts it. */
  static async start(manifest: Manifest, executionGenesisJson: string): Promise<LoneGeth> {
    const binary = (await requireClient(gethBinaries)).paths.geth
    const directory = await mkdtemp(join(tmpdir(), 'lone-geth-'))
    const [executionRpc = 0, executionEngine = 0, executionP2p = 0] = await freePorts('127.0.0.1', 3)
    const [node] = manifest.nodes
    if (node === undefined) throw new TypeError('The plan has no nodes.')
    const jwtSecret = randomBytes(32)
    const files = { executionGenesisJson: join(directory, 'genesis.json') }
    const context = {
      manifest,
      node: { ...node, address: '127.0.0.1' },
      ports: { executionRpc, executionEngine, executionP2p },
      peers: [],
      files,
      directory,
      jwtSecretFile: join(directory, 'jwt.hex'),
      binary: () => binary,
    } as unknown as NodeContext
    await writeFile(files.executionGenesisJson, executionGenesisJson)
    await writeFile(context.jwtSecretFile, jwtSecret.toString('hex'))
    const configFiles = geth.kind === 'process' ? geth.configFiles(context) : []
    for (const { path, content } of configFiles) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    }
    for (const command of await geth.initialize(context)) await execa(command.file, command.arguments)
    const started = new LoneGeth(context, binary, jwtSecret)
    await started.restart()
    return started
  }

  /** Starts it again where it was killed. */
  async restart(): Promise<void> {
    const [spec] = geth.processes(this.#context)
    const child = execa(this.#binary, spec?.arguments ?? [], { all: true, reject: false, buffer: false })
    child.all.on('data', (chunk: Buffer) => this.#log.push(chunk.toString()))
    this.#process = child
    await vi.waitFor(() => this.engine.requireMethods(), { timeout: startDeadlineMs, interval: 50 })
  }

  /** The last lines that it has logged. */
  log(lines = 40): string {
    return this.#log.join('').split('\n').slice(-lines).join('\n')
  }

  /** As a crash ends it. */
  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL')
    await this.#process
  }

  call<Result>(method: string, parameters: readonly unknown[], schema: z.ZodType<Result>): Promise<Result> {
    return this.api.call(method, parameters, schema)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill('SIGTERM')
    await this.#process
    await rm(this.#context.directory, { recursive: true, force: true })
  }
}
