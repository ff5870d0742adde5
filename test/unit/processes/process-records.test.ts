import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ProcessRecords } from '../../../src/processes/process-records.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'

// Nothing may be reaped here that runs: this process, the only one that is recorded, is the test's own.

it('knows a recorded process for as long as it is recorded', async () => {
  using directory = temporaryDirectory()
  const records = new ProcessRecords(directory.path)
  records.add(process.pid, 'node-0 geth')
  expect(await records.alive()).toEqual([
    { pid: process.pid, title: 'node-0 geth', startTime: expect.any(String) },
  ])
  const [file = ''] = readdirSync(records.directory)
  expect(statSync(join(records.directory, file)).mode & 0o777).toBe(0o600)
  await records.remove(process.pid)
  await records.remove(process.pid)
  expect(await records.alive()).toEqual([])
})

it('does not record what has ended already', async () => {
  using directory = temporaryDirectory()
  const records = new ProcessRecords(directory.path)
  records.add(999_999_999, 'node-0 geth')
  expect(existsSync(records.directory)).toBe(false)
})

it('never ends a process that was given the pid of a recorded one', async () => {
  using directory = temporaryDirectory()
  const records = new ProcessRecords(directory.path)
  mkdirSync(records.directory)
  const record = { pid: process.pid, startTime: 'earlier', title: 'node-0 geth' }
  writeFileSync(join(records.directory, `${process.pid}.json`), JSON.stringify(record))
  expect(await records.reap()).toEqual([])
  expect(existsSync(records.directory)).toBe(false)
})

it.each(['', '{', '{"pid":-1,"startTime":"1","title":"x"}', '{"pid":1.5,"startTime":"1","title":"x"}', '[]'])(
  'skips a record that cannot be read: %j',
  async (text) => {
    using directory = temporaryDirectory()
    const records = new ProcessRecords(directory.path)
    mkdirSync(records.directory)
    writeFileSync(join(records.directory, '1.json'), text)
    expect(await records.reap()).toEqual([])
  },
)
