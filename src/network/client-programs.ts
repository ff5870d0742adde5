import { clientsOf } from '../clients/registry.ts'
import type { NodePlan } from '../plan/manifest.ts'
import type { BinarySource } from '../processes/binaries/binary-source.ts'
import { findClient } from '../processes/binaries/find-client.ts'
import type { FoundClient } from '../processes/binaries/found-client.ts'
import { installClient } from '../processes/binaries/install-client.ts'
import { describeProgress } from '../processes/binaries/install-progress.ts'
import type { OnProgress } from './progress.ts'

/** Paths of programs that the user names, by program name, e.g. `{ geth: '/opt/geth' }`. */
export type ProgramPaths = Readonly<Record<string, string>>

/** The programs of all clients of a network, each looked up once, and installed where it is missing. */
export class ClientPrograms {
  readonly #paths: ProgramPaths
  readonly #onProgress: OnProgress
  readonly #found = new Map<BinarySource, FoundClient>()

  constructor(paths: ProgramPaths, onProgress: OnProgress) {
    this.#paths = paths
    this.#onProgress = onProgress
  }

  /**
   * Makes sure that the clients of these nodes are there.
   *
   * @throws {MissingClientError} when a client is not on this machine and there is no way to get it.
   * @throws {ClientInstallError} when getting it failed.
   */
  async find(nodes: NodePlan | readonly NodePlan[], signal: AbortSignal): Promise<FoundClient[]> {
    const sources = new Set(
      [nodes]
        .flat()
        .flatMap(clientsOf)
        .flatMap((client) => (client.kind === 'process' ? client.binaries : [])),
    )
    for (const source of sources) {
      const known = this.#found.get(source)
      if (known === undefined) this.#found.set(source, await this.#findOne(source, signal))
    }
    return [...sources].flatMap((source) => this.#found.get(source) ?? [])
  }

  /** Path of a program of a client that was found before. */
  readonly path = (program: string): string => {
    for (const { paths } of this.#found.values()) {
      const path = paths[program]
      if (path !== undefined) return path
    }
    throw new Error(`no client that was looked up has a program ${program}`)
  }

  async #findOne(source: BinarySource, signal: AbortSignal): Promise<FoundClient> {
    const found = await findClient(source, { paths: this.#paths, signal })
    if (found !== undefined) return found
    return installClient(source, {
      signal,
      onProgress: (progress) => this.#onProgress({ stage: 'clients', message: describeProgress(progress) }),
    })
  }
}
