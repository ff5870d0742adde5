import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { BaseError } from '../errors.ts'
import { processStartTime } from '../processes/process-identity.ts'
import { controlApp } from './control-app.ts'
import { type ControlFile, removeControlFile, writeControlFile } from './control-file.ts'
import type { ControlTarget } from './control-target.ts'

const loopback = '127.0.0.1'

/** Serves the control interface of a network, from `open` to disposal, and tells others where by its file. */
export class ControlServer implements AsyncDisposable {
  readonly url: string
  readonly #server: Server
  readonly #directory: string
  readonly #token: string

  private constructor(server: Server, url: string, directory: string, token: string) {
    this.#server = server
    this.url = url
    this.#directory = directory
    this.#token = token
  }

  /** Listens on a free port of the loopback interface and writes `control.json` into the directory. */
  static async open(parameters: {
    target: ControlTarget
    name: string
    directory: string
    /** Told an error that is none of ours, with its stack. */
    onDefect: (error: unknown) => void
  }): Promise<ControlServer> {
    const { target, name, directory, onDefect } = parameters
    const token = randomBytes(32).toString('hex')
    const app = controlApp({ target, token, hosts: () => hostsOf(server), onDefect })
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
    server.listen(0, loopback)
    await once(server, 'listening')
    const url = `http://${loopback}:${portOf(server)}`
    await writeControlFile(directory, { ...identity(), formatVersion: 1, name, url, token })
    return new ControlServer(server, url, directory, token)
  }

  /** Removes the file, then stops listening; requests under way are cut off. */
  async [Symbol.asyncDispose](): Promise<void> {
    await removeControlFile(this.#directory, this.#token)
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function hostsOf(server: Server): string[] {
  return [`${loopback}:${portOf(server)}`, `localhost:${portOf(server)}`]
}

function identity(): Pick<ControlFile, 'pid' | 'startTime' | 'startedAt'> {
  const startTime = processStartTime(process.pid)
  if (startTime === undefined) {
    throw new BaseError({
      code: 'process-identity',
      category: 'start',
      shortMessage: 'The system does not tell when this process was started.',
      metaMessages: ['Linux needs /proc to be mounted; other systems need the `ps` command.'],
    })
  }
  return { pid: process.pid, startTime, startedAt: new Date().toISOString() }
}
