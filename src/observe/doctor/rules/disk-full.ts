import type { Rule } from '../diagnosis.ts'

/** Less than this, and the next write may fail: databases allocate their files in larger pieces. */
const freeBytesMin = 16 * 2 ** 20
/** What a client said of a full disk is past when there is this much room again. */
const freeBytesAgain = 2 ** 30
const outOfSpace = /ENOSPC|no space left on device/i

/** Nothing can be written any more where the network has its files. */
export const diskFull: Rule = ({ machine, nodes, network }) => {
  const said = [
    ...nodes.flatMap(({ name, logLines, crash }) => [
      ...logLines
        .filter(({ topic }) => topic === 'disk-full')
        .map(({ logFile, line }) => `${name}, ${logFile}: ${line}`),
      ...[crash?.reason ?? '', ...(crash?.lastLines ?? [])]
        .filter((line) => outOfSpace.test(line))
        .map((line) => `${crash?.title}: ${line}`),
    ]),
    ...(outOfSpace.test(network.startFailure?.message ?? '') ? [`${network.startFailure?.message}`] : []),
  ]
  const { disk } = machine
  const isFull = disk !== undefined && disk.freeBytes < freeBytesMin
  const wasFull = said.length > 0 && (disk === undefined || disk.freeBytes < freeBytesAgain)
  if (!isFull && !wasFull) return undefined
  const room = disk && `${mebibytes(disk.freeBytes)} of ${mebibytes(disk.totalBytes)} are free on the disk`
  return {
    cause: 'disk-full',
    summary: `The disk that holds ${network.directory} is full.`,
    evidence: [...(room ? [`${room} of ${network.directory}.`] : []), ...said],
    advice: [
      `See what takes the room: \`du -sh ${network.directory}/*\` and \`df -h ${network.directory}\`.`,
      'Free some, or start the network on another disk with `--dir`; clients that crashed are started again with `eth-localnet start <node>`.',
    ],
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
