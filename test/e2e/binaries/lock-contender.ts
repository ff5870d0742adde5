import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { acquireFileLock, isFileLock, tryFileLock } from '../../../src/processes/file-lock.ts'

// Takes a lock again and again, from the moment that the start file is there. While it has the lock it has
// a file that only one process at a time can make. `hold` takes the lock once and keeps it.
const [lockPath = '', onlyOnePath = '', startPath = '', task = ''] = process.argv.slice(2)

if (task === 'hold') {
  await acquireFileLock(lockPath)
  console.log('held')
  setInterval(() => {}, 60_000)
} else {
  console.log('ready')
  while (!existsSync(startPath)) await new Promise(setImmediate)
  for (let turn = 0; turn < Number(task); turn++) await takeTurn()
}

async function takeTurn(): Promise<void> {
  const lock = await tryFileLock(lockPath)
  if (!isFileLock(lock)) return takeTurn()
  closeSync(openSync(onlyOnePath, 'wx'))
  await new Promise(setImmediate)
  rmSync(onlyOnePath)
  lock.release()
}
