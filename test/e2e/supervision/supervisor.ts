import { join } from 'node:path'
import { Guardian } from '../../../src/processes/guardian.ts'
import { ManagedProcess } from '../../../src/processes/managed-process.ts'
import { ProcessRecords } from '../../../src/processes/process-records.ts'
import { stubbornProgram, waitingProgram } from './programs.ts'

// Starts two processes, tells their pids, and ends as it was told to.
const [directory = '', end = '', second = ''] = process.argv.slice(2)

const supervision = { records: new ProcessRecords(directory), guardian: new Guardian() }
const { signal } = new AbortController()
const program = second === 'stubborn' ? stubbornProgram : waitingProgram
const processes = [
  await ManagedProcess.start('first', waitingProgram(join(directory, 'first')), supervision, signal),
  await ManagedProcess.start('second', program(join(directory, 'second')), supervision, signal),
]
console.log(JSON.stringify(processes.map(({ pid }) => pid)))
if (end === 'throw') throw new Error('a bug')
if (end === 'exit') process.exit(0)
setInterval(() => {}, 60_000)
