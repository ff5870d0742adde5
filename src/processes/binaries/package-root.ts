import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BaseError } from '../../errors.ts'

/**
 * The folder of this package: the nearest one with a package.json, upward from this file. The same
 * whether we run from `src/`, from a bundle in `dist/` or from somebody's `node_modules/`.
 */
export function packageRoot(from = dirname(fileURLToPath(import.meta.url))): string {
  if (existsSync(join(from, 'package.json'))) return from
  const parent = dirname(from)
  if (parent !== from) return packageRoot(parent)
  throw new BaseError({
    code: 'package-incomplete',
    category: 'start',
    shortMessage:
      'The folder of the eth-localnet package was not found: no package.json above the running code.',
    metaMessages: ['Install the package again.'],
  })
}
