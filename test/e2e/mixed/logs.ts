import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Network } from 'eth-localnet'

/** What Prysm says of the genesis block when it is not yet genesis, and of trusted peers that are not up. */
const harmless = /could not check if block arrived early|failed to reconnect to peer/

/** Errors and goodbyes in the logs of a network's beacon processes. */
export function complaintsOfProcesses(network: Network): string[] {
  return linesOf(network, 'beacon-chain.log').filter(
    (line) => (line.includes('level=error') && !harmless.test(line)) || /goodbye/i.test(line),
  )
}

/** What embedded nodes refused, and whom they left. */
export function complaintsOfEmbedded(network: Network): string[] {
  return linesOf(network, 'embedded.log').filter((line) =>
    /block is invalid|message rejected|peer dropped|client: /.test(line),
  )
}

function linesOf({ directory, nodes }: Network, file: string): string[] {
  return nodes.flatMap(({ name }) => {
    const path = join(directory, 'nodes', name, 'logs', file)
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  })
}
