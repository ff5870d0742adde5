// Runs a bench program in a process of its own, so that its memory and its libraries are its own.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** @returns what the program prints: one JSON value */
export function runChild(program, parameters) {
  const path = fileURLToPath(new URL(program, import.meta.url))
  // A loader of TypeScript takes time and memory that a user's program does not.
  const loader = program.endsWith('.ts') ? ['--import', 'tsx'] : []
  const child = spawn(process.execPath, [...loader, path, JSON.stringify(parameters)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output))
      else reject(new Error(`${program} ${JSON.stringify(parameters)} exited with code ${code}`))
    })
  })
}
