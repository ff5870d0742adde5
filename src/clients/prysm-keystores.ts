import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, defaultPbkdfModule } from '@chainsafe/bls-keystore'
import { validatorPublicKey, validatorSecretKeys } from '../genesis/validator-keys.ts'
import type { CommandSpec } from '../processes/process-spec.ts'
import type { NodeContext } from './client.ts'

/**
 * One round of PBKDF2 instead of 262,144: the password lies beside the keys, so a slow one would protect
 * nothing, and cost seconds at each start.
 */
function quickKdf(): ReturnType<typeof defaultPbkdfModule> {
  const module = defaultPbkdfModule()
  return { ...module, params: { ...module.params, c: 1 } }
}

function walletFiles({ directory }: NodeContext) {
  const wallet = join(directory, 'wallet')
  return { wallet, password: join(directory, 'wallet-password.txt'), keystores: join(directory, 'keystores') }
}

/** Writes the node's keys as EIP-2335 keystores; the returned command imports them into a Prysm wallet. */
export async function importKeystores(context: NodeContext): Promise<CommandSpec> {
  const { wallet, password, keystores } = walletFiles(context)
  const secret = randomBytes(16).toString('hex')
  await mkdir(keystores, { recursive: true, mode: 0o700 })
  await writeFile(password, secret, { mode: 0o600 })
  await writeKeystores(context, keystores, secret)
  return {
    name: 'validator accounts import',
    file: context.binary('validator'),
    arguments: [
      ...['accounts', 'import', '--accept-terms-of-use'],
      ...[`--wallet-dir=${wallet}`, `--wallet-password-file=${password}`],
      ...[`--keys-dir=${keystores}`, `--account-password-file=${password}`],
    ],
    logFile: join(context.directory, 'logs', 'validator-import.log'),
    deadlineMs: 120_000,
  }
}

/** Arguments with which the validator client uses the wallet. */
export function walletArguments(context: NodeContext): string[] {
  const { wallet, password } = walletFiles(context)
  return [`--wallet-dir=${wallet}`, `--wallet-password-file=${password}`]
}

async function writeKeystores(
  { node, manifest }: NodeContext,
  directory: string,
  password: string,
): Promise<void> {
  const { first, count } = node.validators
  const secretKeys = validatorSecretKeys(manifest.validators.keys, first, count)
  for (const [offset, secretKey] of secretKeys.entries()) {
    const index = first + offset
    const path = `m/12381/3600/${index}/0/0`
    const keystore = await create(password, secretKey, validatorPublicKey(secretKey), path, null, quickKdf())
    await writeFile(join(directory, `keystore-${index}.json`), JSON.stringify(keystore), { mode: 0o600 })
  }
}
