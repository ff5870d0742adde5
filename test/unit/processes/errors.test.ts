import { expect, it } from 'vitest'
import { CommandError, PortError, ProcessStartError } from '../../../src/processes/errors.ts'

const failure = {
  title: 'node-0 geth',
  command: '/bin/geth --datadir /data',
  logFile: '/data/geth.log',
  lastLines: ['Fatal: no disk'],
}

it('a failed start tells what happened, the last lines, the log and the command', () => {
  const error = new ProcessStartError({ ...failure, reason: 'it exited with code 1' })
  expect(error.message.split('\n')).toEqual([
    'node-0 geth did not start: it exited with code 1.',
    '',
    '  | Fatal: no disk',
    '',
    'Log: /data/geth.log',
    'Command: /bin/geth --datadir /data',
  ])
  expect(error).toMatchObject({
    code: 'process-start',
    category: 'start',
    facts: { reason: expect.any(String) },
  })
})

it('a failed command tells the first line of its cause', () => {
  const error = new CommandError({ ...failure, cause: new Error('exit code 1\nmore') })
  expect(error.shortMessage).toBe('node-0 geth failed: exit code 1')
  expect(error).toMatchObject({ code: 'command-failed', category: 'start' })
})

it('leaves no empty lines when there is no output', () => {
  const error = new ProcessStartError({ ...failure, lastLines: [], reason: 'not ready after 60 s' })
  expect(error.message).not.toContain('|')
  expect(error.message).not.toContain('\n\n\n')
})

it('a busy port says what to do', () => {
  expect(new PortError('No block of free ports is left.', {})).toMatchObject({
    code: 'port-busy',
    message: expect.stringContaining('eth-localnet ps'),
  })
})
