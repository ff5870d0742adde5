#!/usr/bin/env node
import { runCli } from './run-cli.ts'

const outputClosed = new AbortController()

/** A reader that goes away, as `head` does, is no failure of ours: what is still to be said goes nowhere. */
function onStreamError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  outputClosed.abort()
}

process.stdout.on('error', onStreamError)
process.stderr.on('error', onStreamError)
const { stdout, stderr } = process
const exitCode = await runCli(process.argv.slice(2), { stdout, stderr, outputClosed: outputClosed.signal })
// Idle connections to the clients would keep the process for seconds more.
process.exit(exitCode)
