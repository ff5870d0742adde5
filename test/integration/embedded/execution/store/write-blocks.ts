import { ExecutionDatabase } from '../../../../../src/embedded/execution/store/execution-database.ts'
import { openKeptNode } from '../../../../../src/embedded/execution/store/kept-node.ts'
import { genesisTime, produce, sharedExecution } from '../support/chain.ts'

/** Makes blocks until it is killed, and tells of each once it is valid. */
const database = await ExecutionDatabase.open(process.argv[2] ?? '')
const node = await openKeptNode(
  { shared: sharedExecution(), now: () => genesisTime * 1000 },
  database.nodeStore('node-0'),
  (error) => {
    throw error
  },
)
for (;;) process.stdout.write(`${(await produce(node)).hash}\n`)
