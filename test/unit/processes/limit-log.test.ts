import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rotateIfLarge } from '../../../src/processes/limit-log.ts'

let directory: string
let log: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'eth-localnet-log-'))
  log = join(directory, 'geth.log')
})

afterEach(() => rm(directory, { recursive: true, force: true }))

test('leaves a log alone up to the limit', async () => {
  await appendFile(log, 'x'.repeat(100))
  expect(await rotateIfLarge(log, 100)).toBe(false)
  expect(await readFile(log, 'utf8')).toHaveLength(100)
})

test('keeps what was written, once, and lets the writer go on', async () => {
  await appendFile(log, 'x'.repeat(101))
  expect(await rotateIfLarge(log, 100)).toBe(true)
  await appendFile(log, 'after')
  expect(await readFile(`${log}.1`, 'utf8')).toBe('x'.repeat(101))
  expect(await readFile(log, 'utf8')).toBe('after')
})
