import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processClients } from '../../../src/clients/registry.ts'
import { requireClient } from '../../../src/processes/binaries/find-client.ts'

/**
 * The real programs, each behind a script that changes one of its arguments when there is a file for it: a
 * secret beside the secret's, or another first validator beside the data directory of the validators.
 */
const script = (program: string) => `#!/bin/bash
arguments=()
for argument in "$@"; do
  if [ "$previous" = --authrpc.jwtsecret ] && [ -e "$argument.other" ]; then argument="$argument.other"; fi
  if [[ "$argument" == --interop-start-index=* ]] && [ -e "$directory.first" ]; then
    argument="--interop-start-index=$(cat "$directory.first")"
  fi
  if [[ "$argument" == --datadir=* ]]; then directory="\${argument#--datadir=}"; fi
  previous="$argument"
  arguments+=("$argument")
done
exec ${JSON.stringify(program)} "\${arguments[@]}"
`

/** Paths of the scripts, by program, for the option \`programs\`. */
export async function tamperedPrograms(directory: string): Promise<Record<string, string>> {
  const programs: Record<string, string> = {}
  await mkdir(directory, { recursive: true })
  for (const { binaries } of processClients()) {
    const { paths } = await requireClient(binaries)
    for (const [name, path] of Object.entries(paths)) {
      const file = join(directory, name)
      await writeFile(file, script(path))
      await chmod(file, 0o700)
      programs[name] = file
    }
  }
  return programs
}
