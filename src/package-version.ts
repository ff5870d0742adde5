import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './processes/binaries/package-root.ts'

/** Version of this package, as its package.json says. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
  return version
}
