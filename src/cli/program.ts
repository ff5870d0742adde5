import { Command } from 'commander'
import { reapNetworks } from '../control/reap-networks.ts'
import { packageVersion } from '../package-version.ts'
import type { AddVerb, Cli } from './cli.ts'
import { addAdd } from './verbs/add.ts'
import { addCheck } from './verbs/check.ts'
import { addClients } from './verbs/clients.ts'
import { addDoctor } from './verbs/doctor.ts'
import { addDown } from './verbs/down.ts'
import { addFaults } from './verbs/faults.ts'
import { addLogs } from './verbs/logs.ts'
import { addMisbehave } from './verbs/misbehave.ts'
import { addNodeActions } from './verbs/node-actions.ts'
import { addPlan } from './verbs/plan.ts'
import { addPs } from './verbs/ps.ts'
import { addRemove } from './verbs/remove.ts'
import { addReorg } from './verbs/reorg.ts'
import { addReplay } from './verbs/replay.ts'
import { addSlash } from './verbs/slash.ts'
import { addStallFinality } from './verbs/stall-finality.ts'
import { addStatus } from './verbs/status.ts'
import { addUp } from './verbs/up.ts'

/** In the order of the help. */
const verbs: readonly AddVerb[] = [
  addUp,
  addPlan,
  addPs,
  addStatus,
  addDoctor,
  addCheck,
  addLogs,
  addReplay,
  addNodeActions,
  addAdd,
  addRemove,
  addFaults,
  addMisbehave,
  addReorg,
  addStallFinality,
  addSlash,
  addDown,
  addClients,
]

const examples = `
Examples:
  eth-localnet up                                    4 nodes, 64 validators
  eth-localnet up --nodes 3 --topology ring --seed 7
  eth-localnet up --name mine --detach               kept: the next up --name mine continues it
  eth-localnet status --json
  eth-localnet kill node-1

Exit codes:
  0 done   2 bad options   3 failed to start   4 a check failed   1 anything else
  130 interrupted (128 and the number of the signal)`

/** The command line with all its verbs. Before each, what killed networks left behind is ended. */
export function createProgram(cli: Cli): Command {
  const program = new Command('eth-localnet')
    .description('Run a multi-node Ethereum proof-of-stake network on this machine.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpCommand(false)
    .showHelpAfterError(false)
    .exitOverride()
    // Errors are thrown, and printed in one place for all.
    .configureOutput({ writeOut: (text) => cli.output.raw(text), writeErr: () => {} })
    .addHelpText('after', examples)
    .hook('preAction', () => reap(cli))
  for (const addVerb of verbs) addVerb(program, cli)
  return program
}

async function reap({ output }: Cli): Promise<void> {
  for (const { name, directory, pid, ended } of await reapNetworks()) {
    output.event({ event: 'reaped', name, directory, pid, ended })
    const who = pid === undefined ? '' : ` (process ${pid})`
    const what = ended.length === 0 ? 'Nothing of it runs any more.' : `Ended: ${ended.join(', ')}.`
    output.complain(`The network ${name}${who} had died without stopping. ${what}`)
  }
}
