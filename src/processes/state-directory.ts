import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where this tool keeps what outlives a command: named networks, measured start times.
 * `ETH_LOCALNET_HOME`, else `$XDG_STATE_HOME/eth-localnet`, else `~/.local/state/eth-localnet`.
 */
export function stateDirectory(): string {
  const { ETH_LOCALNET_HOME, XDG_STATE_HOME } = process.env
  if (ETH_LOCALNET_HOME) return ETH_LOCALNET_HOME
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'eth-localnet')
}
