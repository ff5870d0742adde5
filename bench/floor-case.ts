import { planNetwork } from '../src/network/start-network.ts'
import { measureFloor } from './floor.ts'

const { options, slots } = JSON.parse(process.argv[2] ?? '{}')
const manifest = planNetwork(options)
console.log(
  JSON.stringify({ msPerSlot: await measureFloor({ manifest, warmUpSlots: 32, measuredSlots: slots }) }),
)
