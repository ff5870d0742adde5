import { join } from 'node:path'
import { execa } from 'execa'
import { vi } from 'vitest'
import { freePorts } from '../../support/free-ports.ts'

/** A beacon node that is alone: no execution client, no peers, no validators. */
export interface LoneBeaconNode extends AsyncDisposable {
  /** The `data` that a path of its API answers with. */
  readonly get: (path: string) => Promise<unknown>
  /** All that it has logged. */
  readonly log: () => string
}

const START_DEADLINE_MS = 60_000

/** Starts Prysm's beacon node on a genesis, until its API knows the genesis. */
export async function startBeaconNode(
  binary: string,
  { directory, genesisSsz, configYaml }: { directory: string; genesisSsz: string; configYaml: string },
): Promise<LoneBeaconNode> {
  const [httpPort, rpcPort, p2pPort, noEnginePort] = await freePorts('127.0.0.1', 4)
  const lines: string[] = []
  const child = execa(
    binary,
    [
      '--accept-terms-of-use',
      `--datadir=${join(directory, 'beacon')}`,
      `--genesis-state=${genesisSsz}`,
      `--chain-config-file=${configYaml}`,
      `--execution-endpoint=http://127.0.0.1:${noEnginePort}`,
      `--jwt-secret=${join(directory, 'jwt.hex')}`,
      '--contract-deployment-block=0',
      '--http-host=127.0.0.1',
      `--http-port=${httpPort}`,
      '--rpc-host=127.0.0.1',
      `--rpc-port=${rpcPort}`,
      '--disable-monitoring',
      '--p2p-local-ip=127.0.0.1',
      '--p2p-host-ip=127.0.0.1',
      `--p2p-tcp-port=${p2pPort}`,
      `--p2p-udp-port=${p2pPort}`,
      '--no-discovery',
      '--bootstrap-node=',
      '--disable-quic',
      '--min-sync-peers=0',
    ],
    { all: true, buffer: false, reject: false, forceKillAfterDelay: 5_000 },
  )
  child.all.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  const node: LoneBeaconNode = {
    get: (path) => getData(`http://127.0.0.1:${httpPort}${path}`),
    log: () => lines.join(''),
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await child
    },
  }
  const exited = child.then(() => {
    throw new Error(`The beacon node exited before its API was up:\n${node.log()}`)
  })
  const ready = vi.waitFor(() => node.get('/eth/v1/beacon/genesis'), {
    timeout: START_DEADLINE_MS,
    interval: 100,
  })
  try {
    await Promise.race([ready, exited])
  } catch (error) {
    await node[Symbol.asyncDispose]()
    throw error
  }
  return node
}

async function getData(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  const { data } = (await response.json()) as { data: unknown }
  return data
}
