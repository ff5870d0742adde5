import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeKeystores } from '../clients/keystores.ts'
import type { Manifest, NodePlan } from '../plan/manifest.ts'
import type { ValidatorKeystores } from './node-endpoints.ts'

/**
 * The keys of a node whose validators are left to an external validator client: written once, below the node's
 * directory. Undefined for a node that acts for its validators itself, lest two clients sign with one key.
 */
export async function externalKeystores(
  { validators: { keys } }: Manifest,
  { validators, validatorClient }: NodePlan,
  nodeDirectory: string,
): Promise<ValidatorKeystores | undefined> {
  if (validatorClient !== 'external') return undefined
  const directory = join(nodeDirectory, 'keystores')
  const passwordFile = join(nodeDirectory, 'keystores-password.txt')
  const known = await readFile(passwordFile, 'utf8').catch(() => undefined)
  if (known !== undefined) return { directory, passwordFile }
  const password = randomBytes(16).toString('hex')
  await mkdir(nodeDirectory, { recursive: true, mode: 0o700 })
  await writeKeystores({ directory, password, keys, validators })
  // Written last: keystores that were cut off are written again.
  await writeFile(passwordFile, password, { mode: 0o600 })
  return { directory, passwordFile }
}
