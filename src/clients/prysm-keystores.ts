import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandSpec } from '../processes/process-spec.ts'
import type { NodeContext } from './client.ts'
import { writeKeystores } from './keystores.ts'

function walletFiles({ directory }: NodeContext) {
  const wallet = join(directory, 'wallet')
  return { wallet, password: join(directory, 'wallet-password.txt'), keystores: join(directory, 'keystores') }
}

/** Writes the node's keys as EIP-2335 keystores; the returned command imports them into a Prysm wallet. */
export async function importKeystores(context: NodeContext): Promise<CommandSpec> {
  const { wallet, password, keystores } = walletFiles(context)
  const secret = randomBytes(16).toString('hex')
  await writeFile(password, secret, { mode: 0o600 })
  const { manifest, node } = context
  await writeKeystores({
    directory: keystores,
    password: secret,
    keys: manifest.validators.keys,
    validators: node.validators,
  })
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
