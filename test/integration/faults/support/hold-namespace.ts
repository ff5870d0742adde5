import { LossyWires } from '../../../../src/faults/proxies/lossy-wires/lossy-wires.ts'

/** Holds a namespace with one connection, and says what process is in it: to be killed. */
const wires = new LossyWires()
const link = wires.link()
await link.setLoss({ forward: 10, backward: 0 })
await link.open('a')
console.log((await wires.namespace()).pid)
