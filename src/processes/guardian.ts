import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Keeps a list of process groups read from its input and ends them when the input closes, which happens
 * however we die, `kill -9` included. A shell, because it must be small and start at once. Signals are given
 * by `-s`: dash, the `sh` of Debian, takes no `--` after `-TERM`.
 */
const script = `
groups=' '
while read -r change group; do
  case "$change" in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s TERM -- -"$group" 2>/dev/null; kill -s CONT -- -"$group" 2>/dev/null; done
tries=0
while [ $tries -lt 50 ]; do
  alive=
  for group in $groups; do kill -s 0 -- -"$group" 2>/dev/null && alive=1; done
  [ -z "$alive" ] && exit 0
  sleep 0.1
  tries=$((tries + 1))
done
for group in $groups; do kill -s KILL -- -"$group" 2>/dev/null; done
`

/** Ends the process groups of a network when this process dies without doing so itself. */
export class Guardian implements Disposable {
  readonly #shell: ChildProcess

  constructor() {
    this.#shell = spawn('/bin/sh', ['-c', script, 'eth-localnet-guardian'], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#shell.unref()
    // A dead guardian must not take the network with it; records in the run directory remain as a net.
    this.#shell.on('error', () => {})
    this.#shell.stdin?.on('error', () => {})
    const stream = this.#shell.stdin as { unref?: () => void } | null
    stream?.unref?.()
  }

  watch(group: number): void {
    this.#shell.stdin?.write(`+ ${group}\n`)
  }

  forget(group: number): void {
    this.#shell.stdin?.write(`- ${group}\n`)
  }

  [Symbol.dispose](): void {
    this.#shell.stdin?.end()
  }
}
