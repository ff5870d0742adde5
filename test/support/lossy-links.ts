import { spawnSync } from 'node:child_process'
import { messageOf } from '../../src/errors.ts'
import { findNamespaceTools } from '../../src/faults/proxies/lossy-wires/namespace-tools.ts'

/**
 * Why links over sockets cannot lose packets on this machine, or undefined where they can: what needs them is
 * skipped with this reason. In CI, as root, what is missing is installed first.
 */
export async function whyNoLoss(): Promise<string | undefined> {
  const why = await tryTools()
  if (why === undefined || !process.env.CI || process.getuid?.() !== 0) return why
  spawnSync('apt-get', ['install', '--yes', 'nftables', 'iproute2'], { stdio: 'inherit', timeout: 120_000 })
  return tryTools()
}

async function tryTools(): Promise<string | undefined> {
  try {
    await findNamespaceTools()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
