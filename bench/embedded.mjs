// What embedded networks cost, against the floor in the same run: see floor.ts.
import { runChild } from './run-child.mjs'

const small = { nodes: 4, validators: 64, seed: 1 }
const large = { nodes: 100, validators: 1024, topology: { kind: 'random', degree: 8 }, seed: 1 }
const round = (value, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits

/** The floor is measured before and after, since the machine may be busier at one time than at another. */
async function ratioCase(name, options, { slots, memoryAtEpochs }) {
  const before = await runChild('floor-case.ts', { options, slots })
  const measured = await runChild('virtual-case.mjs', { options, slots, memoryAtEpochs })
  const after = await runChild('floor-case.ts', { options, slots })
  const floorMsPerSlot = (before.msPerSlot + after.msPerSlot) / 2
  const rssMb = Object.fromEntries(
    Object.entries(measured.rssMb).map(([epoch, mb]) => [`rssMbAtEpoch${epoch}`, Math.round(mb)]),
  )
  return {
    name,
    floorMsPerSlot: round(floorMsPerSlot),
    msPerSlot: round(measured.msPerSlot),
    ratio: round(measured.msPerSlot / floorMsPerSlot),
    floorSignaturesPerSlot: round(before.signaturesPerSlot, 1),
    rssMb: Object.values(rssMb)[0],
    ...rssMb,
  }
}

export async function* benchEmbedded() {
  yield await ratioCase('virtual, 4 nodes, 64 validators', small, {
    slots: 256,
    memoryAtEpochs: [100, 1000],
  })
  yield await ratioCase('virtual, 100 nodes, 1,024 validators, random topology of degree 8', large, {
    slots: 64,
    memoryAtEpochs: [100],
  })
  const { secondsSinceProcessStart } = await runChild('cold-start-case.mjs', { options: small })
  yield {
    name: 'cold process to finalized epoch 2, virtual, 4 nodes, 64 validators',
    seconds: round(secondsSinceProcessStart),
  }
  const { slots, missed, rssMb } = await runChild('real-time-case.mjs', { options: small, slots: 100 })
  yield {
    name: 'real time, 1 s slots, 4 nodes, 64 validators',
    slots,
    missed,
    rssMb: Math.round(rssMb),
  }
}
