import { planNetwork } from '../src/network/start-network.ts'
import { measureFloor } from './floor.ts'

const { options, slots } = JSON.parse(process.argv[2] ?? '{}')
const floor = await measureFloor({ manifest: planNetwork(options), warmUpSlots: 32, measuredSlots: slots })
console.log(JSON.stringify(floor))
