import { statfs } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import type { MachineEvidence } from '../evidence.ts'
import { askFor } from './bounded.ts'

/** @param directory - the network's */
export async function examineMachine(directory: string): Promise<MachineEvidence> {
  const disk = await askFor(() => statfs(directory))
  return {
    cores: availableParallelism(),
    load: loadavg()[0] ?? 0,
    disk: disk && { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize },
  }
}
