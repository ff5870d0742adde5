import { startNetwork } from '/work/main/src/index.ts'
const [trace, kind] = process.argv.slice(2)
const t = performance.now()
const say = (m: string) => console.log(m, (performance.now() - t).toFixed(0))
const net = await startNetwork({ nodes: 4, validators: 64, time: 'virtual', topology: 'ring', seed: 7, trace, ...JSON.parse(process.argv[4] ?? '{}') } as never)
say('up')
try {
if (kind === 'restart') {
  await net.waitForSlots(20)
  await net.nodes[3]!.stop()
  await net.waitForSlots(26)
  await net.nodes[3]!.start()
  await net.waitForSlots(20)
  await net.nodes[2]!.kill?.()
  await net.waitForSlots(3)
  await net.nodes[2]!.start()
  await net.waitForSlots(16)
} else if (kind === 'pause') {
  await net.waitForSlots(10)
  await net.nodes[3]!.pause()
  await net.nodes[2]!.pause()
  await net.waitForSlots(30)
  await net.nodes[3]!.resume()
  await net.nodes[2]!.resume()
  await net.waitForSlots(40)
} else if (kind === 'add') {
  await net.waitForSlots(30)
  await net.addNode()
  await net.waitForSlots(20)
} else if (kind === 'slots') { await net.waitForSlots(24) } else await net.waitForFinalizedEpoch(Number(kind))
say('done')
} finally { await net.stop() }
