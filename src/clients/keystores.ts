import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { defaultPbkdfModule } from '@chainsafe/bls-keystore'
import { validatorPublicKey, validatorSecretKeys } from '../genesis/validator-keys.ts'
import type { ValidatorKeySource } from '../plan/manifest.ts'

type PbkdfModule = ReturnType<typeof defaultPbkdfModule>

export interface KeystoreParameters {
  readonly directory: string
  readonly password: string
  readonly keys: ValidatorKeySource
  /** Validator indices first … first + count - 1. */
  readonly validators: { readonly first: number; readonly count: number }
}

/** Writes keys as EIP-2335 keystores, `keystore-<index>.json` each, into a directory for their owner alone. */
export async function writeKeystores({
  directory,
  password,
  keys,
  validators: { first, count },
}: KeystoreParameters): Promise<void> {
  // Only where a validator client is a process.
  const { create, defaultPbkdfModule } = await import('@chainsafe/bls-keystore')
  const kdf = quickKdf(defaultPbkdfModule())
  await mkdir(directory, { recursive: true, mode: 0o700 })
  for (const [offset, secretKey] of validatorSecretKeys(keys, first, count).entries()) {
    const index = first + offset
    const path = `m/12381/3600/${index}/0/0`
    const keystore = await create(password, secretKey, validatorPublicKey(secretKey), path, null, kdf)
    await writeFile(join(directory, `keystore-${index}.json`), JSON.stringify(keystore), { mode: 0o600 })
  }
}

/**
 * One round of PBKDF2 instead of 262,144: the password lies beside the keys, so a slow one would protect
 * nothing, and cost seconds at each start.
 */
function quickKdf(module: PbkdfModule): PbkdfModule {
  return { ...module, params: { ...module.params, c: 1 } }
}
