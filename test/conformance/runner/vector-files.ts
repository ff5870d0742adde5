import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { uncompress } from 'snappyjs'
import { parse } from 'yaml'
import { z } from 'zod'

/** More than any state, block or set of blobs of a test has. */
const maxFileBytes = 64 * 1024 * 1024

/** BLS is optional (0), required (1), or must be switched off (2). */
const meta = z.looseObject({ bls_setting: z.literal([0, 1, 2]).default(0) })

/** @param name without its extension */
export function readSsz(directory: string, name: string): Uint8Array {
  return uncompress(new Uint8Array(readFileSync(join(directory, `${name}.ssz_snappy`))), maxFileBytes)
}

export function readMeta(directory: string): z.infer<typeof meta> {
  const file = join(directory, 'meta.yaml')
  return meta.parse(existsSync(file) ? parse(readFileSync(file, 'utf8')) : {})
}

/** The configuration that a case overrides, all values as text. */
export function readConfig(directory: string): Record<string, unknown> {
  const file = join(directory, 'config.yaml')
  if (!existsSync(file)) return {}
  return z.record(z.string(), z.unknown()).parse(parse(readFileSync(file, 'utf8'), { schema: 'failsafe' }))
}
