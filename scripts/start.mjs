// `npm start [-- verb and flags]`: the CLI on a fresh clone. Without a verb it is `up`.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, setUpOrExit } from './setup.mjs'

const ofTheProgram = new Set(['--help', '-h', '--version', '-V'])

await setUpOrExit()

const cli = join(root, 'dist', 'cli.js')
const [first, ...others] = process.argv.slice(2)
const isVerbMissing = first === undefined || (first.startsWith('-') && !ofTheProgram.has(first))
const args = first === undefined ? [] : [first, ...others]
// The CLI starts itself again by these for `up --detach`.
process.argv = [process.execPath, cli, ...(isVerbMissing ? ['up'] : []), ...args]
await import(pathToFileURL(cli).href)
