import { nodePorts } from '../../../src/plan/addresses.ts'
import { claimPorts } from '../../../src/processes/ports.ts'
import { exampleNodes } from '../../unit/network/support/fake-node.ts'

// Claims ports for one node from a block on, prints them, and keeps them until it is ended.
const [firstBlock = ''] = process.argv.slice(2)
const [node] = exampleNodes(1).nodes
if (node === undefined) throw new Error('no node was planned')
const { ports } = await claimPorts(node, nodePorts(Number(firstBlock)))
console.log(JSON.stringify(Object.values(ports)))
setInterval(() => {}, 60_000)
