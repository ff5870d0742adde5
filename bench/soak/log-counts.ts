import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Network } from '../../src/index.ts'

export interface LogCounts {
  invalidBlocks: number
  rejectedMessages: number
  peersDropped: number
  /** Different messages of level error in the beacon processes' logs, at most some. */
  readonly processErrors: string[]
}

const errorsMax = 20
/** Trusted peers that are not up yet, and what Prysm says of the genesis block, which is from before genesis. */
const harmless = /failed to reconnect to peer|could not check if block arrived early/

/** What the nodes' logs say of blocks and peers that were not liked. */
export async function countLogs(network: Network): Promise<LogCounts> {
  const counts: LogCounts = { invalidBlocks: 0, rejectedMessages: 0, peersDropped: 0, processErrors: [] }
  for (const { name } of network.nodes) {
    const logs = join(network.directory, 'nodes', name, 'logs')
    await eachLine(join(logs, 'embedded.log'), (line) => {
      if (line.includes(' block is invalid ')) counts.invalidBlocks += 1
      if (line.includes(' message rejected ')) counts.rejectedMessages += 1
      if (line.includes(' peer dropped ')) counts.peersDropped += 1
    })
    await eachLine(join(logs, 'beacon-chain.log'), (line) => {
      const [, message] = /level=error msg="([^"]*)"/.exec(line) ?? []
      if (message === undefined || harmless.test(message) || counts.processErrors.includes(message)) return
      if (counts.processErrors.length < errorsMax) counts.processErrors.push(message)
    })
  }
  return counts
}

async function eachLine(path: string, take: (line: string) => void): Promise<void> {
  if (!existsSync(path)) return
  for await (const line of createInterface({ input: createReadStream(path) })) take(line)
}
