// `npm run soak -- [--minutes 60] [--json]`: Prysm and embedded nodes in one network for a long time, from the
// sources. Prints what was measured, and fails when a block was refused or anything got worse.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root, setUpOrExit } from './setup.mjs'

await setUpOrExit()
const child = spawn(
  process.execPath,
  ['--import', import.meta.resolve('tsx'), join(root, 'bench/soak/main.ts'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
)
// Both get the signals of a terminal; the child ends its network, and this process waits for it.
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name))
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
