import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { FaultError } from '../../errors.ts'

/** How a program is run in a network namespace of its own, and what it needs there. */
export interface NamespaceTools {
  readonly unshare: string
  /** Options of `unshare` that are allowed here. */
  readonly options: readonly string[]
  readonly ip: string
  readonly nft: string
}

/** By the Debian package that brings each program. */
const packages = { unshare: 'util-linux', ip: 'iproute2', nft: 'nftables' } as const

/** Without root, a user namespace gives the right to change what belongs to the network namespace. */
const waysIn = [['--net'], ['--user', '--map-root-user', '--net']] as const

const probeWithinMs = 10_000

/**
 * What there is on this machine to lose packets with.
 *
 * @param directories where programs are looked for; those of the administrator need not be in a user's PATH
 * @throws {FaultError} `fault-unsupported`, naming what is missing
 */
export async function findNamespaceTools(
  directories: readonly string[] = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'],
): Promise<NamespaceTools> {
  if (process.platform !== 'linux') {
    throw unsupported('it needs a network namespace, which Linux alone has', [`System: ${process.platform}`])
  }
  const [unshare, ip, nft] = await Promise.all([
    find('unshare', directories),
    find('ip', directories),
    find('nft', directories),
  ])
  if (unshare === undefined || ip === undefined || nft === undefined) throw missing({ unshare, ip, nft })
  return { unshare, options: await allowedWayIn(unshare, ip), ip, nft }
}

/** Packets are to be lost on an edge over sockets, and this machine cannot do it. */
export function unsupported(why: string, details: readonly string[]): FaultError {
  return new FaultError({
    code: 'fault-unsupported',
    problem: `Links over sockets cannot lose packets here: ${why}.`,
    details: [...details, 'latencyMs, jitterMs and bandwidthKbps need none of this.'],
  })
}

async function find(program: string, directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories.filter((one) => one.startsWith('/'))) {
    const path = join(directory, program)
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return path
  }
  return undefined
}

function missing(found: Readonly<Record<keyof typeof packages, string | undefined>>): FaultError {
  const names = (Object.keys(packages) as (keyof typeof packages)[]).filter(
    (name) => found[name] === undefined,
  )
  const install = names.map((name) => packages[name]).join(' ')
  return unsupported(`${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} missing`, [
    `On Debian and Ubuntu: apt-get install ${install}`,
  ])
}

/** Some systems allow the namespace and then no change in it: that is tried as well. */
async function allowedWayIn(unshare: string, ip: string): Promise<readonly string[]> {
  const refusals: string[] = []
  for (const options of waysIn) {
    try {
      const command = [...options, ip, 'link', 'set', 'lo', 'up']
      await promisify(execFile)(unshare, command, { timeout: probeWithinMs })
      return options
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string }
      refusals.push(`unshare ${options.join(' ')}: ${stderr.trim() || message}`)
    }
  }
  throw unsupported('a network namespace of its own is not allowed', [
    ...refusals,
    'It takes root, or user namespaces that are allowed to whoever runs this.',
  ])
}
