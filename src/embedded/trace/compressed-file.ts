import { compress } from 'snappyjs'

/** A file of a trace, as it is written. */
export interface CompressedFile {
  /** Without its extension. */
  readonly name: string
  readonly compressed: Uint8Array
}

interface FileContent {
  /** In the file's name, where there are many of its kind. */
  readonly root?: string
  readonly bytes: Uint8Array
}

/** Made once for all nodes of a network that trace the same object. */
const files = new WeakMap<object, CompressedFile>()

/**
 * @param kind first part of the file's name
 * @param content what follows from `source` alone
 */
export function compressedFile(source: object, kind: string, content: () => FileContent): CompressedFile {
  let file = files.get(source)
  if (file === undefined) {
    const { root, bytes } = content()
    file = { name: root === undefined ? kind : `${kind}_${root}`, compressed: compress(bytes) }
    files.set(source, file)
  }
  return file
}
