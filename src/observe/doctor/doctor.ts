import { collectEvidence } from './collect/collect-evidence.ts'
import { diagnose } from './diagnose.ts'
import type { Diagnosis } from './diagnosis.ts'
import { directorySubject } from './directory-subject.ts'
import { NothingToExamineError } from './errors.ts'
import type { Evidence } from './evidence.ts'
import { evidenceWithoutNetwork } from './evidence-without-network.ts'
import { type ExaminedHost, networkSubject } from './network-subject.ts'
import { readStartFailure } from './start-failure.ts'

/**
 * Examines a network of this process. Takes a few seconds at most, also when clients hang; rejects only when the
 * signal is aborted.
 */
export async function diagnoseNetwork(host: ExaminedHost, signal?: AbortSignal): Promise<Diagnosis> {
  return diagnose(await collectEvidence(await networkSubject(host, signal)))
}

/**
 * Examines a network by its directory: from logs and saved files, and where a process has it, by its APIs.
 *
 * @param parameters - `isHeld`: whether a process has the directory
 * @throws {NothingToExamineError} where there never was a network.
 */
export async function diagnoseDirectory(parameters: {
  directory: string
  isHeld: boolean
}): Promise<Diagnosis> {
  return diagnose(await directoryEvidence(parameters))
}

async function directoryEvidence(parameters: { directory: string; isHeld: boolean }): Promise<Evidence> {
  try {
    return await collectEvidence(await directorySubject(parameters))
  } catch (error) {
    const startFailure = await readStartFailure(parameters.directory)
    if (!(error instanceof NothingToExamineError) || startFailure === undefined) throw error
    return evidenceWithoutNetwork(parameters.directory, startFailure)
  }
}
